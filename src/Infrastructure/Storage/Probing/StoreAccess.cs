namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the store accepts what this server signs.</summary>
/// <param name="Result">How the store answered.</param>
/// <param name="Reason">Why it does not accept it, and what to set; null when it does.</param>
/// <param name="RefusesSignatures">For a refusal: whether no signature of this server can work.</param>
internal sealed record StoreAccess(StoreAccess.Outcome Result, string? Reason = null, bool RefusesSignatures = false)
{
    /// <summary>How a request that this server signed ended.</summary>
    internal enum Outcome
    {
        /// <summary>As it should.</summary>
        Works,

        /// <summary>The store refused it, in S3's own words.</summary>
        Refused,

        /// <summary>There was no answer, no S3 answer, or a transient one.</summary>
        NoAnswer,
    }
}
