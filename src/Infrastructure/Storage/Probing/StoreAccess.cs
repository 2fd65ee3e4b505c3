namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the store accepts what this server signs.</summary>
/// <param name="Result">The kind of answer.</param>
/// <param name="Reason">Why the store does not accept it, and what the operator can do; null if it does.</param>
/// <param name="RefusesSignatures">For a refusal: whether no signature of this server can work.</param>
internal sealed record StoreAccess(StoreAccess.Outcome Result, string? Reason = null, bool RefusesSignatures = false)
{
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
}
