namespace S3Auth.Infrastructure.Storage;

/// <summary>A session was not issued. The message is for the operator: what happened, without secrets and internal hosts.</summary>
internal sealed class SessionSourceException(
    SessionSourceException.Kind kind, string message, string? advice = null, Exception? cause = null) : Exception(message, cause)
{
    internal enum Kind
    {
        /// <summary>The store refuses because of the configuration. Retrying does not help.</summary>
        Refused,

        /// <summary>The session policy is too long for the store.</summary>
        PolicyTooLong,

        /// <summary>The source is overloaded, failing or unreachable.</summary>
        Unavailable,

        /// <summary>There was no answer in time.</summary>
        Timeout,
    }

    /// <summary>Why there is no session.</summary>
    internal Kind Reason => kind;

    /// <summary>What the operator can do, as sentences; null for no advice.</summary>
    internal string? Advice => advice;

    /// <summary>Whether the same request may soon succeed.</summary>
    internal bool IsTransient => kind is Kind.Unavailable or Kind.Timeout;
}
