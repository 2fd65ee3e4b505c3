namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-folder-access</c>, as a client reads it.</summary>
internal sealed record FolderAccess(
    string Folder,
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Fields,
    string ListUrl,
    string Expiry,
    long ExpirySeconds,
    long MinBytes,
    long MaxBytes,
    IReadOnlyDictionary<string, FolderGrant>? Folders,
    StructureInfo StructureInfo)
{
    /// <summary>The top-level folder, in the form of <see cref="Folders"/>.</summary>
    public FolderGrant Grant => new(Folder, Url, Fields, ListUrl);

    /// <summary>All granted folders.</summary>
    public IEnumerable<FolderGrant> All => Folders is { Count: > 0 } ? Folders.Values : [Grant];
}
