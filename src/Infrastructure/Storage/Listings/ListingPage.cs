namespace S3Auth.Infrastructure.Storage;

/// <summary>One page of ListObjectsV2, decoded.</summary>
/// <param name="Files">The objects.</param>
/// <param name="Folders">The common prefixes.</param>
/// <param name="IsTruncated">Whether there are more pages.</param>
/// <param name="NextToken">The bytes of the continuation token; null if there is none.</param>
internal sealed record ListingPage(
    IReadOnlyList<StoredFile> Files, IReadOnlyList<ObjectKey> Folders, bool IsTruncated, byte[]? NextToken);
