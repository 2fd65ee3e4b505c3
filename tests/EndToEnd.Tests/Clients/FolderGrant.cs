namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>What a miner may do in one folder.</summary>
internal sealed record FolderGrant(string Folder, string Url, IReadOnlyDictionary<string, string> Fields, string ListUrl);
