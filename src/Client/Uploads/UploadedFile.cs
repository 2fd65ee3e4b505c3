namespace S3Auth.Client.Uploads;

/// <summary>An uploaded file.</summary>
/// <param name="Key">The key in the bucket.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Md5">The MD5 of the file's bytes in hex. It was compared with the store's ETag if that is an MD5.</param>
public sealed record UploadedFile(string Key, long Size, string Md5);
