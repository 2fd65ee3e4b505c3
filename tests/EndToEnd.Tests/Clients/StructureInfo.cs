namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>GET /structure-info</c>.</summary>
internal sealed record StructureInfo(string FolderStructure, string Description);
