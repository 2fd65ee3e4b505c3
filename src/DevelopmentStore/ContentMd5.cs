namespace S3Auth.DevelopmentStore;

#pragma warning disable CA5351 // S3 defines an object's ETag as its MD5. It is not used for security.

/// <summary>MD5, as ETags and <c>Content-MD5</c> have it.</summary>
internal static class ContentMd5
{
    public static IncrementalHash Start() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    public static byte[] Of(ReadOnlySpan<byte> content) => MD5.HashData(content);
}
