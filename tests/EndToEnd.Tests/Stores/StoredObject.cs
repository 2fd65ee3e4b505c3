namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>An object in a listing of the owner.</summary>
internal sealed record StoredObject(string Key, long Size, string ETag, DateTime LastModified);
