namespace S3Auth.Domain;

/// <summary>The position of a timestamp relative to the <see cref="AccessWindow"/>.</summary>
public enum TimestampStatus
{
    /// <summary>Inside the window.</summary>
    Valid,

    /// <summary>Before the window.</summary>
    Expired,

    /// <summary>After the window.</summary>
    InFuture,

    /// <summary>So far in the future that it must be milliseconds where seconds are expected.</summary>
    InMilliseconds,

    /// <summary>So old that it must be seconds where milliseconds are expected.</summary>
    InSeconds,
}
