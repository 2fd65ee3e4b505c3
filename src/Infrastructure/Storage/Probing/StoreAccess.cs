namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the store accepts what this server signs.</summary>
/// <param name="Result">The kind of answer.</param>
/// <param name="Finding">Why the store does not accept it, without a full stop; null if it does.</param>
/// <param name="Advice">What the operator can do, as sentences; null for no advice.</param>
/// <param name="RefusesSignatures">For a refusal: whether no signature of this server can work.</param>
/// <param name="Subject">For a refusal: the part of the configuration that is wrong.</param>
internal sealed record StoreAccess(
    StoreAccess.Outcome Result,
    string? Finding = null,
    string? Advice = null,
    bool RefusesSignatures = false,
    StoreSubject Subject = StoreSubject.Endpoint)
{
    /// <summary>Finding and advice; null if the store accepts it.</summary>
    internal string? Reason => Advice is null ? Finding : $"{Finding}. {Advice}";

    /// <summary>The outcome of a request that this server signed.</summary>
    internal enum Outcome
    {
        /// <summary>The store accepted it.</summary>
        Works,

        /// <summary>The store refused it with an S3 error.</summary>
        Refused,

        /// <summary>There was no answer, no S3 answer, or a transient one.</summary>
        NoAnswer,
    }

    /// <summary>The time that the answer took; null if there was none.</summary>
    internal TimeSpan? Latency { get; init; }

    /// <summary>Whether there was an answer, of a store or of something else.</summary>
    internal bool HasAnswer => Latency is not null;

    /// <summary>How far this server's clock is ahead of the store's; null if the answer has no time.</summary>
    internal TimeSpan? ClockSkew { get; init; }
}
