namespace S3Auth.Application.Miners;

/// <summary>
/// Access of one miner to its folder: an S3 POST form that takes any number of files, and a listing of what is there. The top
/// level is the first source's folder; <c>folders</c> has each source's.
/// </summary>
public sealed record FolderAccess : IGranted
{
    /// <summary>The folder's prefix, with its trailing <c>/</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>How to upload: always <c>POST</c> (multipart/form-data).</summary>
    public string Method { get; } = "POST";

    /// <summary>Where the form goes.</summary>
    public required string Url { get; init; }

    /// <summary>The form's fields. Overwrite <c>key</c> with the folder and your own path; send the file last.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>A presigned listing of this folder, the first 1,000 objects, with percent-encoded names.</summary>
    public required string ListUrl { get; init; }

    /// <summary>When all of this really ends.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The same in seconds from now.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>The smallest file the store takes, in bytes.</summary>
    public long MinBytes { get; } = UploadPolicy.MinBytes;

    /// <summary>The largest file the store takes, in bytes.</summary>
    public long MaxBytes { get; } = UploadPolicy.MaxBytes;

    /// <summary>Each source's folder by the source's name; absent where the layout has no sources.</summary>
    public IReadOnlyDictionary<string, FolderGrant>? Folders { get; init; }

    /// <summary>How folders are named here.</summary>
    public required StructureInfo StructureInfo { get; init; }

    GrantedAccess IGranted.Granted => new(Folders is null ? [Folder] : [.. Folders.Values.Select(folder => folder.Folder)], Files: null, Expiry);
}
