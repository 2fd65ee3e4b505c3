namespace S3Auth.Domain;

/// <summary>
/// What a miner may upload with a grant for one file: that file, private, in the standard storage class, and nothing else. Until the
/// grant ends it may do so again, over what it has uploaded.
/// </summary>
/// <param name="Key">The file's key.</param>
/// <param name="Size">
/// Its size in bytes, between <see cref="UploadPolicy.MinBytes"/> and <see cref="UploadPolicy.MaxBytes"/>; null for any size
/// between them, where the store can be told such a range (a PUT cannot: there it is any size).
/// </param>
public sealed record FileUpload(ObjectName Key, long? Size);
