namespace S3Auth.Domain;

/// <summary>
/// What a grant for one file allows: the upload of that file, private and in the standard storage class. Until the grant ends, the miner
/// can upload the file again, which overwrites it.
/// </summary>
/// <param name="Key">The file's key.</param>
/// <param name="Sizes">The sizes that the file may have if <paramref name="Size"/> is null.</param>
/// <param name="Size">
/// The only size in bytes, within <paramref name="Sizes"/>. Null for any size within them; a presigned PUT cannot express a range, so null
/// then means any size.
/// </param>
public sealed record FileUpload(ObjectName Key, FileSizeLimits Sizes, long? Size);
