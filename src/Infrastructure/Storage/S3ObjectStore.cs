namespace S3Auth.Infrastructure.Storage;

/// <summary>The configured bucket.</summary>
internal sealed partial class S3ObjectStore(
    StorageOptions options, StoreClient client, StoreCalls calls, TimeProvider time, ILogger<S3ObjectStore> log) : IObjectStore
{
    /// <inheritdoc/>
    public ObjectStoreInfo Info { get; } = new(
        options.Bucket,
        options.Region,
        S3Endpoint.OfStore(options.PublicEndpoint ?? options.Endpoint, options.Region).BucketUrl.TrimEnd('/'),
        options.Usage.ListingTimeout);

    /// <inheritdoc/>
    public async Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        var longest = Encoding.UTF8.GetByteCount(prefix) + FolderLayout.MaxFolderNameBytes + 1;
        var (seen, lastFolder, lastFile) = (0, default(ObjectKey?), default(ObjectKey?));
        var listing = new S3Listing(prefix, Delimiter: "/");
        using var whole = new CancellationTokenSource(Info.ListingTimeout, time);
        while (true)
        {
            var page = await SendAsync(listing, whole.Token, cancellationToken);
            lastFolder = RequireOrder(prefix, lastFolder, page.Folders);
            lastFile = RequireOrder(prefix, lastFile, page.Files.Select(file => file.Key));
            folders.AddRange(page.Folders
                .Where(folder => folder.Bytes.Length <= longest && folder.TryGetName(out _))
                .Select(folder => folder.Text));
            if (!page.IsTruncated)
            {
                return new FolderPage(folders, HasMore: false);
            }

            seen += page.Folders.Count + page.Files.Count;
            if (seen >= maxEntries)
            {
                return new FolderPage(folders, HasMore: true);
            }

            listing = Continue(listing, page);
        }
    }

    /// <inheritdoc/>
    public async Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken)
    {
        var files = new List<StoredFile>(limit);
        var last = after;
        var listing = new S3Listing(prefix, MaxKeys: limit, StartAfter: after is { } key ? S3Text.FromBytes(key.Bytes) : default);
        using var whole = new CancellationTokenSource(Info.ListingTimeout, time);
        while (true)
        {
            var page = await SendAsync(listing, whole.Token, cancellationToken);
            last = RequireOrder(prefix, last, page.Files.Select(file => file.Key));
            var room = limit - files.Count;
            files.AddRange(page.Files.Take(room));
            if (page.Files.Count > room || (page.IsTruncated && files.Count == limit))
            {
                return new FilePage(files, HasMore: true);
            }

            if (!page.IsTruncated)
            {
                return new FilePage(files, HasMore: false);
            }

            // A store may return fewer entries than the limit.
            listing = Continue(listing, page) with { MaxKeys = limit - files.Count };
        }
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) =>
        calls.RunAsync(token => client.ExistsAsync(key.Key, token), CancellationToken.None, cancellationToken);

    /// <inheritdoc/>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        // A listing of one key instead of HeadBucket, because discovery needs the same permission.
        var start = time.GetTimestamp();
        await SendAsync(new S3Listing(MaxKeys: 1), CancellationToken.None, cancellationToken);
        return time.GetElapsedTime(start);
    }

    private S3Listing Continue(S3Listing listing, ListingPage page)
    {
        // Without a new token the server would request the same page for ever.
        if (page.NextToken is not { } token || listing.ContinuationToken.Bytes is { } sent && sent.Span.SequenceEqual(token))
        {
            LogNoNextPage(Printable(listing.Prefix));
            throw RefusedException.StorageUnavailable();
        }

        return listing with { ContinuationToken = S3Text.FromBytes(token) };
    }

    /// <summary>
    /// Requires that a listing goes forward below its prefix, in S3's order of bytes. Otherwise a cursor could lead to the same page for
    /// ever. Returns the last name.
    /// </summary>
    private ObjectKey? RequireOrder(string prefix, ObjectKey? last, IEnumerable<ObjectKey> names)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        foreach (var name in names)
        {
            if ((last is { } before && !name.IsAfter(before)) || !name.StartsWith(start))
            {
                LogOutOfOrder(Printable(prefix), Printable(name.Text), Printable(last?.Text));
                throw RefusedException.StorageUnavailable();
            }

            last = name;
        }

        return last;
    }

    // Encoded, because miners choose keys and validators choose prefixes, and neither may inject lines into the log.
    private static string Printable(string? name) => S3UriEncoding.EncodePath(name ?? "");

    private Task<ListingPage> SendAsync(S3Listing listing, CancellationToken whole, CancellationToken caller) =>
        calls.RunAsync(token => client.GetPageAsync(listing, token), whole, caller);

    [LoggerMessage(LogLevel.Warning, "The object store's listing of {Prefix} is truncated but has no new continuation token.")]
    private partial void LogNoNextPage(string prefix);

    [LoggerMessage(LogLevel.Warning, "The object store's listing of {Prefix} does not go forward: {Name} comes after {Last}.")]
    private partial void LogOutOfOrder(string prefix, string name, string last);
}
