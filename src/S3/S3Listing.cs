namespace S3Auth.S3;

/// <summary>
/// The parameters of a ListObjectsV2 request. Those without a value are left out of the request; <c>encoding-type=url</c> is always in it.
/// </summary>
/// <param name="Prefix">Keys that start with this.</param>
/// <param name="Delimiter">Groups keys up to the next one of these.</param>
/// <param name="ContinuationToken">The store's token for the next page.</param>
/// <param name="MaxKeys">Keys and groups in one page, 1 to 1,000.</param>
/// <param name="StartAfter">Keys after this one.</param>
public readonly record struct S3Listing(
    string? Prefix = null,
    string? Delimiter = null,
    S3Text ContinuationToken = default,
    int? MaxKeys = null,
    S3Text StartAfter = default);
