namespace S3Auth.Application.Validators;

/// <summary>One page of the listing of one miner's folder.</summary>
/// <param name="ListUrl">A presigned listing, up to 1,000 objects, with percent-encoded names. Where its <c>IsTruncated</c> is true, ask for the next page with its <c>NextContinuationToken</c>.</param>
/// <param name="Prefix">The folder's prefix, with its trailing <c>/</c>.</param>
/// <param name="ExpiresInSeconds">How long the URL lasts.</param>
public sealed record MinerList(string ListUrl, string Prefix, long ExpiresInSeconds) : IGranted
{
    /// <summary>When the URL ends.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new([Prefix], Files: null, Expiry);
}
