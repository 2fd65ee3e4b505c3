namespace S3Auth.Infrastructure.Storage;

/// <summary>One page of ListObjectsV2, decoded.</summary>
/// <param name="Files">The objects.</param>
/// <param name="Folders">The common prefixes.</param>
/// <param name="IsTruncated">Whether there are more pages.</param>
/// <param name="NextToken">The bytes of the continuation token; null if there is none.</param>
internal sealed record ListingPage(
    IReadOnlyList<StoredFile> Files, IReadOnlyList<ObjectKey> Folders, bool IsTruncated, byte[]? NextToken)
{
    /// <exception cref="FormatException">The page has a name that is empty or longer than a key can be.</exception>
    internal static ListingPage Of(S3ListingPage page) => new(
        [.. page.Objects.Select(one => new StoredFile(KeyOf(one.Key), one.Size, one.LastModified, one.ETag))],
        [.. page.CommonPrefixes.Select(KeyOf)],
        page.IsTruncated,
        page.NextToken);

    private static ObjectKey KeyOf(byte[] bytes) => ObjectKey.TryRead(bytes, out var key)
        ? key
        : throw new FormatException($"The listing has a name that is empty or longer than {ObjectKey.MaxBytes} bytes.");
}
