namespace S3Auth.Domain;

/// <summary>What a request takes from the daily limits.</summary>
/// <param name="Grants">The number of grants: 1, or 0 for a request that continues an earlier grant.</param>
/// <param name="Files">The number of files that the request names for upload.</param>
public readonly record struct QuotaCost(long Grants, long Files)
{
    /// <summary>One grant and no file.</summary>
    public static QuotaCost OneGrant => new(1, 0);
}
