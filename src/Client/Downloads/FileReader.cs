using System.Runtime.CompilerServices;

namespace S3Auth.Client.Downloads;

/// <summary>Finds and downloads files: a miner its own, a validator everyone's. May be used from several threads.</summary>
public sealed class FileReader
{
    private static readonly TimeSpan MaxLife = TimeSpan.FromDays(7);

    private readonly IS3AuthApi _api;
    private readonly TimeProvider _time;
    private readonly FileDownloader _download;
    private readonly FileInspector _inspection;

    internal FileReader(IS3AuthApi api, StoreConnection store, S3AuthClientOptions options)
    {
        _api = api;
        _time = options.Time;
        var renewal = new UrlRenewer(api, options.Time, RelistAsync, FindAsync);
        _download = new FileDownloader(store, options, renewal);
        _inspection = new FileInspector(store, options, renewal);
    }

    /// <summary>
    /// Every file of an owner, page by page as they are needed, folder by folder in the order of their keys. Each page counts as a grant.
    /// </summary>
    /// <param name="owner">Whose.</param>
    /// <param name="source">Only of this source.</param>
    /// <param name="prefix">Only those whose key begins with this; it may be left incomplete at its beginning, where the owner's folder stands.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="ListingException">The list does not go on, or has a broken entry. Other owners' lists may be fine.</exception>
    public async IAsyncEnumerable<RemoteFile> ListAsync(
        FileOwner owner, string? source = null, string? prefix = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var progress = new ListingLoopDetector();
        string? cursor = null;
        do
        {
            var (files, next) = await ReadPageAsync(new ListedPage(owner, source, prefix, cursor), cancellationToken).ConfigureAwait(false);
            progress.Accept(files, next);
            foreach (var file in files)
            {
                yield return file;
            }

            cursor = next;
        }
        while (cursor is not null);
    }

    /// <summary>Every miner that has a folder in the bucket, as a validator.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    public async Task<IReadOnlyList<MinerFolders>> ListMinersAsync(CancellationToken cancellationToken = default) =>
        (await _api.GetValidatorAccessAsync(new GetValidatorAccessCommand(), cancellationToken).ConfigureAwait(false)).Miners;

    /// <summary>
    /// Downloads a file. Writes it beside its path, and moves it there when it is complete; replaces an existing file. Resumes an
    /// interrupted download. Checks the size, and the MD5 if the ETag is one. If the file was replaced after it was listed, downloads the
    /// current version, which costs no grant. Renews up to 1,000 expired URLs at once, which costs one grant.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its place, in a folder that exists. Never made of the key as it is: see <see cref="LocalName"/>.</param>
    /// <param name="received">Told of every number of bytes that arrived; negative for those that are fetched again.</param>
    /// <param name="cancellationToken">Stops; what has arrived stays, for another time.</param>
    /// <returns>What was downloaded: another version than the listed one where it was replaced meanwhile.</returns>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="StoreException">The store refused, or failed too often.</exception>
    /// <exception cref="ChangedFileException">What the store has is not the listed file, again and again.</exception>
    /// <exception cref="HttpRequestException">There was no connection, too often.</exception>
    /// <exception cref="StalledException">Nothing moved, too often.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    public Task<RemoteFile> DownloadAsync(RemoteFile file, string path, IProgress<long>? received = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _download.DownloadAsync(file, path, received, cancellationToken);
    }

    /// <summary>
    /// Finds out what a file's ETag and times at the store mean, by reading its first byte with the URL from the listing.
    /// </summary>
    /// <exception cref="StoreException">The store refused: the file is gone, or was replaced.</exception>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="HttpRequestException">There was no connection, too often.</exception>
    /// <exception cref="StalledException">Nothing moved, too often.</exception>
    public Task<StoredMark> InspectAsync(RemoteFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _inspection.InspectAsync(file, cancellationToken);
    }

    /// <summary>An address that may be asked; null for none.</summary>
    internal static Uri? ReadUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url : null;

    /// <summary>How long URLs last.</summary>
    internal static TimeSpan ReadLife(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, (long)MaxLife.TotalSeconds));

    private async Task<(IReadOnlyList<RemoteFile> Files, string? Next)> ReadPageAsync(ListedPage page, CancellationToken cancellationToken)
    {
        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(page.Owner, page.Source, page.Prefix, page.Cursor, limit: null, cancellationToken).ConfigureAwait(false);
        var files = Read(answer, page.Owner, page, asked);
        page.Keys = [.. files.Where(file => file is { RawKey: null, Url: not null }).Select(file => file.Key)];
        return (files, answer.Next_cursor);
    }

    private async Task<IReadOnlyList<RemoteFile>> RelistAsync(ListedPage page, CancellationToken cancellationToken)
    {
        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(page.Owner, page.Source, page.Prefix, page.Cursor, limit: null, cancellationToken).ConfigureAwait(false);
        return Read(answer, page.Owner, page, asked);
    }

    // A key sorts first among the keys that begin with it. A key that is not text cannot be requested.
    private async Task<RemoteFile?> FindAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        if (file.RawKey is not null)
        {
            return null;
        }

        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(file.Owner, source: null, file.Key, cursor: null, limit: 1, cancellationToken).ConfigureAwait(false);
        return Read(answer, file.Owner, file.Page, asked) is [var found, ..] && found.Identity == file.Identity ? found : null;
    }

    private Task<FileList> GetPageAsync(
        FileOwner owner, string? source, string? prefix, string? cursor, long? limit, CancellationToken cancellationToken) => owner.Kind switch
        {
            FileOwner.OwnerKind.Own => _api.ListMyFilesAsync(
                new ListMyFilesCommand { Coldkey = owner.Account.ToString(), Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
            FileOwner.OwnerKind.MinerHotkey => _api.ListFilesAsync(
                new ListFilesCommand { Miner_hotkey = owner.Account.ToString(), Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
            _ => _api.ListFilesAsync(
                new ListFilesCommand { Miner_coldkey = owner.Account.ToString(), Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
        };

    private static List<RemoteFile> Read(FileList? answer, FileOwner owner, ListedPage? page, DateTimeOffset asked)
    {
        var files = answer?.Files ?? throw new ListingException("The server's answer is not a list of files.");
        var urlsEndAt = asked + ReadLife(answer.Expires_in_seconds);
        return [.. files.Select(file => Read(file, owner, page, urlsEndAt))];
    }

    private static RemoteFile Read(ListedFile? file, FileOwner owner, ListedPage? page, DateTimeOffset urlEndsAt)
    {
        // The ETag becomes a header.
        if (file is not { Key.Length: > 0, Size: >= 0, Etag: { } etag }
            || etag.AsSpan().ContainsAnyExceptInRange('!', '~') || etag.Contains('"', StringComparison.Ordinal))
        {
            throw new ListingException("The server's list has an entry that is not a file.");
        }

        return new RemoteFile
        {
            Key = file.Key,
            RawKey = Downloads.RawKey.Read(file.Key, file.Download_url),
            Size = file.Size,
            LastModified = file.Last_modified,
            ETag = etag,
            Owner = owner,
            Url = ReadUrl(file.Download_url),
            UrlEndsAt = urlEndsAt,
            Page = page,
        };
    }
}
