namespace S3Auth.Application.Ports;

/// <summary>One object as the store lists it.</summary>
/// <param name="Key">Its key; below the folder it is whatever its uploader chose, and need not be UTF-8.</param>
/// <param name="Size">In bytes.</param>
/// <param name="LastModified">When it was uploaded.</param>
/// <param name="ETag">The store's mark of its content, without quotes; of a file uploaded in one piece usually its MD5 in hex.</param>
public sealed record StoredFile(ObjectKey Key, long Size, DateTimeOffset LastModified, string ETag);
