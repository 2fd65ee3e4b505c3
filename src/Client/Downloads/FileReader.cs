using System.Runtime.CompilerServices;

namespace S3Auth.Client.Downloads;

/// <summary>Lists and downloads files: a miner's own files, or any miner's files for a validator. Thread-safe.</summary>
public sealed class FileReader
{
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    private readonly IS3AuthApi _api;
    private readonly TimeProvider _time;
    private readonly FileDownloader _download;
    private readonly FileStreamer _stream;
    private readonly FileInspector _inspection;

    internal FileReader(IS3AuthApi api, StoreConnection store, S3AuthClientOptions options, long? maxBytesPerSecond = null)
    {
        _api = api;
        _time = options.Time;
        var renewal = new UrlRenewer(api, options.Time, RelistAsync, FindAsync);
        var request = new FileRequest(store, maxBytesPerSecond is { } limit ? new BandwidthLimit(limit, options.Time) : null);
        _download = new FileDownloader(store, request, options, renewal);
        _stream = new FileStreamer(store, request, options, renewal);
        _inspection = new FileInspector(store, options, renewal);
    }

    /// <summary>
    /// Lists every file of an owner, folder by folder in the order of the keys. Requests pages of up to 1,000 files as they are needed.
    /// Each page counts as a grant.
    /// </summary>
    /// <param name="owner">The owner of the files.</param>
    /// <param name="source">Lists only files of this source.</param>
    /// <param name="prefix">Lists only keys that begin with this, with or without the owner's folder.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="ListingException">
    /// The listing repeats itself or has an invalid entry. Other owners' listings may be valid.
    /// </exception>
    public async IAsyncEnumerable<RemoteFile> ListAsync(
        FileOwner owner,
        string? source = null,
        string? prefix = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var loopDetector = new ListingLoopDetector();
        string? cursor = null;
        do
        {
            var (files, next) = await ReadPageAsync(new ListedPage(owner, source, prefix, cursor), cancellationToken).ConfigureAwait(false);
            loopDetector.Accept(files, next);
            foreach (var file in files)
            {
                yield return file;
            }

            cursor = next;
        }
        while (cursor is not null);
    }

    /// <summary>Returns every miner that has a folder in the bucket. Only validators may call it.</summary>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    public async Task<IReadOnlyList<MinerFolders>> ListMinersAsync(CancellationToken cancellationToken = default) =>
        (await _api.GetValidatorAccessAsync(new GetValidatorAccessCommand(), cancellationToken).ConfigureAwait(false)).Miners;

    /// <summary>
    /// Downloads a file. Writes a part file beside its path, and moves it there when it is complete; replaces an existing file. Resumes an
    /// interrupted download. Checks the size, and the MD5 if the ETag is one. If the file was replaced after it was listed, downloads the
    /// current version, which costs no grant. Renews up to 1,000 expired URLs at once, which costs one grant.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="path">The local path, in an existing folder. Do not use the key as a path; use <see cref="LocalName"/>.</param>
    /// <param name="received">Receives the number of bytes of each block, and a negative number if bytes must be read again.</param>
    /// <param name="cancellationToken">Cancels the download. The part file stays, so that a later download can resume it.</param>
    /// <returns>The downloaded version of the file, which is a newer one than the listed one if the file was replaced.</returns>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="StoreException">The store refused the download, or failed in all attempts.</exception>
    /// <exception cref="ChangedFileException">The store did not send the listed file or a newer version in three attempts.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The transfer stalled in all attempts.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public Task<RemoteFile> DownloadAsync(
        RemoteFile file, string path, IProgress<long>? received = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _download.DownloadAsync(file, path, received, cancellationToken);
    }

    /// <summary>
    /// Writes the content of a file to a stream. Checks the size, and the MD5 if the ETag is one, after the last byte. So discard what the
    /// stream got if this method throws. After an interruption, continues with the same version of the file.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="target">The stream. It need not be able to seek.</param>
    /// <param name="received">Receives the number of bytes of each block.</param>
    /// <param name="cancellationToken">Cancels the transfer.</param>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="StoreException">The store refused the download, or failed in all attempts.</exception>
    /// <exception cref="ChangedFileException">The file was replaced, or its bytes are not those of the listed file.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The transfer stalled in all attempts.</exception>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public Task CopyToAsync(
        RemoteFile file, Stream target, IProgress<long>? received = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(target);
        return _stream.CopyAsync(file, target, received, cancellationToken);
    }

    /// <summary>
    /// Returns the first file of an owner whose key begins with a text, with or without the owner's folder. Costs a grant.
    /// </summary>
    /// <param name="owner">The owner of the file.</param>
    /// <param name="source">Searches only files of this source; null for all.</param>
    /// <param name="prefix">The text. A key that is equal to it comes first.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The file; null if there is none.</returns>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="ListingException">The listing has an invalid entry.</exception>
    public async Task<RemoteFile?> FindFirstAsync(
        FileOwner owner, string? source, string prefix, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(owner, source, prefix, cursor: null, limit: 1, cancellationToken).ConfigureAwait(false);
        return Read(answer, owner, page: null, asked) is [var first, ..] ? first : null;
    }

    /// <summary>
    /// Finds out whether a file's ETag is an MD5 and how the store's clock differs, by reading the file's first byte. Costs no grant.
    /// </summary>
    /// <exception cref="StoreException">The store refused the request: the file no longer exists, or was replaced.</exception>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The transfer stalled in all attempts.</exception>
    public Task<StoredMark> InspectAsync(RemoteFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _inspection.InspectAsync(file, cancellationToken);
    }

    /// <summary>Reads an http or https URL; null if the text is not one.</summary>
    internal static Uri? ReadUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : null;

    /// <summary>Whether a text can be an ETag. It is sent in a header, so it must not contain line breaks or quotes.</summary>
    internal static bool IsETag(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains('"', StringComparison.Ordinal);

    /// <summary>Reads how long URLs are valid, and limits it to seven days.</summary>
    internal static TimeSpan ReadLifetime(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, (long)MaxLifetime.TotalSeconds));

    private async Task<(IReadOnlyList<RemoteFile> Files, string? Next)> ReadPageAsync(ListedPage page, CancellationToken cancellationToken)
    {
        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(
            page.Owner, page.Source, page.Prefix, page.Cursor, limit: null, cancellationToken).ConfigureAwait(false);
        var files = Read(answer, page.Owner, page, asked);
        page.Keys = [.. files.Where(file => file is { RawKey: null, Url: not null }).Select(file => file.Key)];
        return (files, answer.Next_cursor);
    }

    private async Task<IReadOnlyList<RemoteFile>> RelistAsync(ListedPage page, CancellationToken cancellationToken)
    {
        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(
            page.Owner, page.Source, page.Prefix, page.Cursor, limit: null, cancellationToken).ConfigureAwait(false);
        return Read(answer, page.Owner, page, asked);
    }

    // A listing of a key as the prefix, with one entry, returns that key. A key that is not UTF-8 cannot be requested.
    private async Task<RemoteFile?> FindAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        if (file.RawKey is not null)
        {
            return null;
        }

        var asked = _time.GetUtcNow();
        var answer = await GetPageAsync(
            file.Owner, source: null, file.Key, cursor: null, limit: 1, cancellationToken).ConfigureAwait(false);
        return Read(answer, file.Owner, file.Page, asked) is [var found, ..] && found.Identity == file.Identity ? found : null;
    }

    private Task<FileList> GetPageAsync(
        FileOwner owner, string? source, string? prefix, string? cursor, long? limit, CancellationToken cancellationToken)
    {
        var account = owner.Account.ToString();
        return owner.Kind switch
        {
            FileOwner.OwnerKind.Own => _api.ListMyFilesAsync(
                new ListMyFilesCommand { Coldkey = account, Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
            FileOwner.OwnerKind.MinerHotkey => _api.ListFilesAsync(
                new ListFilesCommand { Miner_hotkey = account, Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
            _ => _api.ListFilesAsync(
                new ListFilesCommand { Miner_coldkey = account, Source = source, Prefix = prefix, Cursor = cursor, Limit = limit },
                cancellationToken),
        };
    }

    private static List<RemoteFile> Read(FileList? answer, FileOwner owner, ListedPage? page, DateTimeOffset asked)
    {
        var files = answer?.Files ?? throw new ListingException("The server's answer is not a listing.");
        var urlsEndAt = asked + ReadLifetime(answer.Expires_in_seconds);
        return [.. files.Select(file => Read(file, owner, page, urlsEndAt))];
    }

    private static RemoteFile Read(ListedFile? file, FileOwner owner, ListedPage? page, DateTimeOffset urlEndsAt)
    {
        if (file is not { Key.Length: > 0, Size: >= 0, Etag: { } etag } || !IsETag(etag))
        {
            throw new ListingException("The server's listing has an invalid entry.");
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
