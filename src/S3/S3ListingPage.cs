namespace S3Auth.S3;

/// <summary>One page of ListObjectsV2, decoded.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="CommonPrefixes">The common prefixes, as bytes.</param>
/// <param name="IsTruncated">Whether there are more pages.</param>
/// <param name="NextToken">The bytes of the continuation token; null if there is none.</param>
public sealed record S3ListingPage(
    IReadOnlyList<S3ListedObject> Objects, IReadOnlyList<byte[]> CommonPrefixes, bool IsTruncated, byte[]? NextToken);

/// <summary>One object of a listing.</summary>
/// <param name="Key">The key's bytes, which need not be UTF-8.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="LastModified">When the object was stored, by the store's clock.</param>
/// <param name="ETag">The ETag without quotes.</param>
public sealed record S3ListedObject(byte[] Key, long Size, DateTimeOffset LastModified, string ETag);
