namespace S3Auth.Domain;

/// <summary>
/// What a grant for one file allows: the upload of that file, private and in the standard storage class. Until the grant ends, the miner
/// can upload the file again, which overwrites it, unless <see cref="IsWriteOnce"/> is set and the store supports it.
/// </summary>
/// <param name="Key">The file's key.</param>
/// <param name="Sizes">The sizes that the file may have if <paramref name="Size"/> is null.</param>
/// <param name="Size">
/// The exact size in bytes, within <paramref name="Sizes"/>. Null allows every size within them in a form. In a presigned PUT, which cannot
/// state a range, null allows every size.
/// </param>
public sealed record FileUpload(ObjectName Key, FileSizeLimits Sizes, long? Size)
{
    /// <summary>The hash of the only content that a PUT may have, as far as the store verifies it; null for any content.</summary>
    public Sha256Digest? Sha256 { get; init; }

    /// <summary>Whether a PUT must not overwrite an object, as far as the store supports that.</summary>
    public bool IsWriteOnce { get; init; }
}
