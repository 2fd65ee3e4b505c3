namespace S3Auth.Client.Uploads;

/// <summary>A file that has arrived.</summary>
/// <param name="Key">Its key in the bucket.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Md5">The MD5 of its bytes in hex, which the store's ETag was compared with where that is one.</param>
public sealed record UploadedFile(string Key, long Size, string Md5);
