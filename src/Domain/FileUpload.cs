namespace S3Auth.Domain;

/// <summary>What a miner may upload with a grant for one file: that file, private, in the standard storage class, and nothing else.</summary>
/// <param name="Key">The file's key.</param>
/// <param name="Size">
/// Its size in bytes, between <see cref="UploadPolicy.MinBytes"/> and <see cref="UploadPolicy.MaxBytes"/>; null for any size between them.
/// </param>
public sealed record FileUpload(ObjectName Key, long? Size);
