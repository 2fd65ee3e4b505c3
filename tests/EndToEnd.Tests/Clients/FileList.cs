namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /list-files</c> and <c>POST /list-my-files</c>, as a client reads it.</summary>
internal sealed record FileList(IReadOnlyList<ListedFile> Files, string? NextCursor, long ExpiresInSeconds)
{
    public IEnumerable<string> Keys => Files.Select(file => file.Key);
}

internal sealed record ListedFile(string Key, long Size, string LastModified, string Etag, string? DownloadUrl);
