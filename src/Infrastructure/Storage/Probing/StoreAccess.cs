namespace S3Auth.Infrastructure.Storage.Probing;

/// <summary>Whether the store takes what this server signs.</summary>
/// <param name="Result">Whether it does.</param>
/// <param name="Reason">Why not, and what to set; null when it does.</param>
/// <param name="RefusesSignatures">Of a refusal: whether nothing that this server signs can work.</param>
internal sealed record StoreAccess(StoreAccess.Outcome Result, string? Reason = null, bool RefusesSignatures = false)
{
    /// <summary>How a request that this server signed ended.</summary>
    internal enum Outcome
    {
        /// <summary>As it should.</summary>
        Works,

        /// <summary>The store refused it, in S3's own words.</summary>
        Refused,

        /// <summary>There was no answer, or none of S3's, or one that may be another soon.</summary>
        NoAnswer,
    }
}
