namespace S3Auth.DevelopmentStore;

/// <summary>The description of an object.</summary>
/// <param name="Key">The key.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="ETag">The ETag, in quotes as in headers and listings.</param>
/// <param name="LastModified">When it was written, in whole seconds.</param>
/// <param name="Properties">The properties that its upload set.</param>
internal sealed record StoredObject(string Key, long Size, string ETag, DateTimeOffset LastModified, ObjectProperties Properties);
