namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>How paths look.</summary>
internal sealed record StructureInfo(string FolderStructure, string Description);
