namespace S3Auth.Client.Uploads;

/// <summary>An uploaded file.</summary>
/// <param name="Key">The key in the bucket.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Md5">
/// The MD5 of the file's bytes in hex, which was compared with the store's ETag if that is an MD5. Null if the store verified the file's
/// SHA-256 instead, or got the file in parts.
/// </param>
public sealed record UploadedFile(string Key, long Size, string? Md5);
