namespace S3Auth.Client.Downloads;

/// <summary>What a store reports about one file.</summary>
/// <param name="HasMd5">Whether the file's ETag is the MD5 of its bytes: it was uploaded whole, and not encrypted with a managed key.</param>
/// <param name="LastModified">When this version was stored, by the store's clock, in whole seconds, cut.</param>
/// <param name="ClockSkew">The store's clock minus this machine's, to about a second; null where the store does not tell its time.</param>
public readonly record struct StoredMark(bool HasMd5, DateTimeOffset LastModified, TimeSpan? ClockSkew);
