namespace S3Auth.Api.Controllers;

/// <summary>The answer to programs at <c>/</c>, where browsers get a page.</summary>
/// <param name="Service">Always <c>S3Auth</c>.</param>
/// <param name="Version">This server's version.</param>
/// <param name="Network">The name of the chain.</param>
/// <param name="Netuid">The number of the subnet.</param>
/// <param name="FolderLayout">The layout of this deployment.</param>
/// <param name="Links">The other endpoints, relative to this one.</param>
public sealed record ServiceIndex(
    string Service, string Version, string Network, ushort Netuid, string FolderLayout, IReadOnlyDictionary<string, string> Links);
