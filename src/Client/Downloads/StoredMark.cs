namespace S3Auth.Client.Downloads;

/// <summary>What a store reports about one file.</summary>
/// <param name="HasMd5">
/// Whether the file's ETag is the MD5 of its bytes. It is not after a multipart upload, or if a managed key encrypts the file.
/// </param>
/// <param name="LastModified">When this version was stored, by the store's clock, truncated to whole seconds.</param>
/// <param name="ClockSkew">The store's time minus this machine's, accurate to about a second; null if the store sends no time.</param>
public readonly record struct StoredMark(bool HasMd5, DateTimeOffset LastModified, TimeSpan? ClockSkew);
