namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>One object as its owner sees it in a listing.</summary>
internal sealed record StoredObject(string Key, long Size, string ETag, DateTime LastModified);
