namespace S3Auth.Infrastructure.Storage.SigV4;

/// <summary>The parameters of a ListObjectsV2 request. Those that are null are left out of the request.</summary>
/// <param name="Prefix">Keys that start with this.</param>
/// <param name="Delimiter">Groups keys up to the next one of these.</param>
/// <param name="ContinuationToken">The store's token for the next page.</param>
/// <param name="MaxKeys">Keys and groups in one page, 1 to 1,000.</param>
/// <param name="StartAfter">Keys after this one.</param>
public readonly record struct S3Listing(
    string? Prefix = null,
    string? Delimiter = null,
    string? ContinuationToken = null,
    int? MaxKeys = null,
    string? StartAfter = null)
{
    /// <summary>The same as <see cref="StartAfter"/>, for a key that need not be UTF-8; empty for none. Only one of the two is given.</summary>
    public ReadOnlyMemory<byte> StartAfterBytes { get; init; }
}
