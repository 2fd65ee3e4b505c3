namespace S3Auth.DevelopmentStore;

/// <summary>What is known of an object.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">In quotes, as it stands in headers and listings.</param>
/// <param name="LastModified">When it was written, in whole seconds as HTTP dates have them.</param>
/// <param name="Properties">What its upload said of it.</param>
internal sealed record StoredObject(string Key, long Size, string ETag, DateTimeOffset LastModified, ObjectProperties Properties);
