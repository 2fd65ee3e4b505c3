namespace S3Auth.Application.Ports;

/// <summary>One object as the store lists it.</summary>
/// <param name="Key">Its key, as it is stored; whatever its uploader chose below the folder.</param>
/// <param name="Size">In bytes.</param>
/// <param name="LastModified">When it was uploaded.</param>
/// <param name="ETag">The store's mark of its content, without quotes; of a file uploaded in one piece usually its MD5 in hex.</param>
public sealed record StoredFile(string Key, long Size, DateTimeOffset LastModified, string ETag);
