namespace S3Auth.Application.Miners;

/// <summary>
/// Access of a miner to its folder: an S3 POST form that uploads any number of files, and a listing of the folder. The top level is the
/// folder of the first source; <c>folders</c> contains the folder of each source.
/// </summary>
public sealed record FolderAccess : IGranted
{
    /// <summary>The prefix of the folder, which ends with <c>/</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>The method of the upload: always <c>POST</c> (multipart/form-data).</summary>
    public string Method { get; } = "POST";

    /// <summary>The URL of the form.</summary>
    public required string Url { get; init; }

    /// <summary>The fields of the form. Set <c>key</c> to the folder plus your own path, and send the file last.</summary>
    public required FormFields Fields { get; init; }

    /// <summary>A presigned listing of the first 1,000 objects in the folder, with percent-encoded names.</summary>
    public required GrantUrl ListUrl { get; init; }

    /// <summary>The effective expiry: when the URLs and forms of this answer end.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The seconds until the effective expiry.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>The minimum size of a file in bytes.</summary>
    public required long MinBytes { get; init; }

    /// <summary>The maximum size of a file in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>The folder of each source, by the name of the source. Absent if the layout has no sources.</summary>
    public IReadOnlyDictionary<string, FolderGrant>? Folders { get; init; }

    /// <summary>The layout of folders in this deployment.</summary>
    public required StructureInfo StructureInfo { get; init; }

    GrantedAccess IGranted.Granted =>
        new(Folders is null ? [Folder] : [.. Folders.Values.Select(folder => folder.Folder)], Files: null, Expiry);
}

/// <summary>Access to one folder.</summary>
/// <param name="Folder">The prefix of the folder, which ends with <c>/</c>.</param>
/// <param name="Url">The URL of the upload form.</param>
/// <param name="Fields">The fields of the form.</param>
/// <param name="ListUrl">A presigned listing of the first 1,000 objects in the folder, with percent-encoded names.</param>
public sealed record FolderGrant(string Folder, string Url, FormFields Fields, GrantUrl ListUrl);
