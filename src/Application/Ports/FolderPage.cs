namespace S3Auth.Application.Ports;

/// <summary>Folders of a listing.</summary>
/// <param name="Prefixes">The folders' prefixes, in the store's order.</param>
/// <param name="HasMore">Whether there are more after the last of them.</param>
public sealed record FolderPage(IReadOnlyList<string> Prefixes, bool HasMore);
