namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The grant for one folder.</summary>
internal sealed record FolderGrant(string Folder, string Url, IReadOnlyDictionary<string, string> Fields, string ListUrl);
