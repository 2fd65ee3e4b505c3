namespace S3Auth.Client.Uploads;

/// <summary>One folder of a folder grant: its upload form and its presigned listing.</summary>
/// <param name="Folder">The prefix of the folder.</param>
/// <param name="Url">The URL of the form.</param>
/// <param name="Fields">The fields of the form.</param>
/// <param name="ListUrl">The presigned listing of the first 1,000 objects.</param>
internal readonly record struct GrantedFolder(string Folder, string Url, IReadOnlyDictionary<string, string> Fields, string ListUrl)
{
    /// <param name="access">The grant.</param>
    /// <param name="source">The source; null for the deployment's first one, or if it has none.</param>
    /// <exception cref="UnacceptableFileException">The grant has no folder for the source.</exception>
    internal static GrantedFolder Of(FolderAccess access, string? source) => source is null || access.Folders is null
        ? new GrantedFolder(access.Folder, access.Url, access.Fields, access.List_url)
        : access.Folders.TryGetValue(source, out var folder)
            ? new GrantedFolder(folder.Folder, folder.Url, folder.Fields, folder.List_url)
            : throw new UnacceptableFileException($"The server grants no folder for the source {source}.");

    /// <summary>Returns every folder of a grant.</summary>
    internal static IReadOnlyList<GrantedFolder> All(FolderAccess access) => access.Folders is { Count: > 0 } folders
        ? [.. folders.Keys.Select(source => Of(access, source))]
        : [Of(access, source: null)];
}
