namespace S3Auth.Api.Controllers;

/// <summary>What programs get at <c>/</c>, where people get a page.</summary>
/// <param name="Service">Always <c>S3Auth</c>.</param>
/// <param name="Version">This server's version.</param>
/// <param name="Network">The chain's name.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="FolderLayout">This deployment's layout.</param>
/// <param name="Links">Where to go on, relative to this.</param>
public sealed record ServiceIndex(
    string Service, string Version, string Network, ushort Netuid, string FolderLayout, IReadOnlyDictionary<string, string> Links);
