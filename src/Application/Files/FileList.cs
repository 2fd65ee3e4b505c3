namespace S3Auth.Application.Files;

/// <summary>One page of files with their downloads.</summary>
public sealed record FileList : ILargeAnswer
{
    /// <summary>The files, folder by folder, in the order of their keys.</summary>
    public required IReadOnlyList<ListedFile> Files { get; init; }

    /// <summary>Where the next page begins: send it as <c>cursor</c> with the same request; absent on the last page.</summary>
    public string? NextCursor { get; init; }

    /// <summary>How long the downloads last.</summary>
    public required long ExpiresInSeconds { get; init; }

    /// <summary>What their keys begin with.</summary>
    internal IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>When the downloads end.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new(Prefixes, Files.Count, Expiry);
}

/// <param name="Key">
/// The file's key. In a key that is not UTF-8, which some stores take, the bytes that are not show as U+FFFD.
/// </param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="LastModified">When it was uploaded.</param>
/// <param name="Etag">The store's mark of its content, without quotes; usually its MD5 in hex.</param>
/// <param name="DownloadUrl">
/// Downloads it. Absent where no URL can: a segment of the key is <c>.</c> or <c>..</c>, which HTTP clients resolve, or the key is not
/// UTF-8, has a NUL, or has more than 1,024 bytes, which stores refuse in URLs.
/// </param>
public sealed record ListedFile(string Key, long Size, DateTimeOffset LastModified, string Etag, string? DownloadUrl);
