namespace S3Auth.Domain;

/// <summary>
/// What a grant for one file allows: the upload of that file, private and in the standard storage class. Until the grant ends, the miner
/// can upload the file again, which overwrites it.
/// </summary>
/// <param name="Key">The file's key.</param>
/// <param name="Size">
/// The size in bytes, from <see cref="UploadPolicy.MinBytes"/> to <see cref="UploadPolicy.MaxBytes"/>. Null for any size in this range; a
/// presigned PUT cannot express a range, so null then means any size.
/// </param>
public sealed record FileUpload(ObjectName Key, long? Size);
