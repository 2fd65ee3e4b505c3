namespace S3Auth.Domain;

/// <summary>
/// What a grant for one file allows: the upload of that file, private and in the standard storage class. Until the grant ends, the miner
/// can upload the file again, which overwrites it.
/// </summary>
/// <param name="Key">The file's key.</param>
/// <param name="Sizes">The sizes that the file may have if <paramref name="Size"/> is null.</param>
/// <param name="Size">
/// The exact size in bytes, within <paramref name="Sizes"/>. Null allows every size within them in a form. In a presigned PUT, which cannot
/// state a range, null allows every size.
/// </param>
public sealed record FileUpload(ObjectName Key, FileSizeLimits Sizes, long? Size);
