namespace S3Auth.Application.Validators;

/// <summary>One page of the listing of a miner's folder.</summary>
/// <param name="ListUrl">
/// A presigned listing of up to 1,000 objects with percent-encoded names. If its <c>IsTruncated</c> is true, request the next page with
/// its <c>NextContinuationToken</c>.
/// </param>
/// <param name="Prefix">The prefix of the folder, which ends with <c>/</c>.</param>
/// <param name="ExpiresInSeconds">The seconds until the URL expires.</param>
public sealed record MinerList(GrantUrl ListUrl, string Prefix, long ExpiresInSeconds) : IGranted
{
    /// <summary>The expiry of the URL.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new([Prefix], Files: null, Expiry);
}
