namespace S3Auth.S3;

/// <summary>
/// The parameters of a ListObjectsV2 request. Parameters without a value are omitted. <c>encoding-type=url</c> is always sent.
/// Specification: "ListObjectsV2", Amazon S3 API Reference.
/// </summary>
/// <param name="Prefix">Lists only keys with this prefix.</param>
/// <param name="Delimiter">Groups keys that have this after the prefix into common prefixes.</param>
/// <param name="ContinuationToken">The store's token for the next page.</param>
/// <param name="MaxKeys">The maximum number of keys and common prefixes in a page, 1 to 1,000.</param>
/// <param name="StartAfter">Lists only keys after this one.</param>
public readonly record struct S3Listing(
    string? Prefix = null,
    string? Delimiter = null,
    S3Text ContinuationToken = default,
    int? MaxKeys = null,
    S3Text StartAfter = default);
