namespace S3Auth.Domain;

/// <summary>How a request's moment lies to the window in which it is good.</summary>
public enum TimestampStatus
{
    /// <summary>Within the window.</summary>
    Valid,

    /// <summary>Older than the window.</summary>
    Expired,

    /// <summary>Ahead of the window.</summary>
    InFuture,

    /// <summary>So far ahead that it must be milliseconds where seconds are wanted.</summary>
    InMilliseconds,

    /// <summary>So old that it must be seconds where milliseconds are wanted.</summary>
    InSeconds,
}
