namespace S3Auth.Application.Files;

/// <summary>One page of files with their download URLs.</summary>
public sealed record FileList : ILargeResponse
{
    /// <summary>The files, folder by folder, in the order of their keys.</summary>
    public required IReadOnlyList<ListedFile> Files { get; init; }

    /// <summary>The start of the next page. Send it as <c>cursor</c> with the same request. Absent on the last page.</summary>
    public string? NextCursor { get; init; }

    /// <summary>The seconds until the download URLs expire.</summary>
    public required long ExpiresInSeconds { get; init; }

    /// <summary>The prefixes of the listed folders.</summary>
    internal IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>The expiry of the download URLs.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new(Prefixes, Files.Count, Expiry);
}

/// <param name="Key">
/// The key of the file. Some stores accept keys that are not UTF-8. Their invalid bytes are shown as U+FFFD.
/// </param>
/// <param name="Size">The size in bytes.</param>
/// <param name="LastModified">The time of the upload.</param>
/// <param name="Etag">The ETag of the content without quotes, usually its MD5 in hex.</param>
/// <param name="DownloadUrl">
/// The presigned URL that downloads the file. Absent if no URL can name the key: one of its segments is <c>.</c> or <c>..</c>, which HTTP
/// clients resolve, or it is not UTF-8, contains a NUL, or has more than 1,024 bytes, which stores refuse in URLs.
/// </param>
public sealed record ListedFile(string Key, long Size, DateTimeOffset LastModified, string Etag, string? DownloadUrl);
