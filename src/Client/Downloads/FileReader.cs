using System.Runtime.CompilerServices;
using S3Auth.Client.Generated;
using S3Auth.Client.Stores;

namespace S3Auth.Client.Downloads;

/// <summary>Finds and downloads files: a miner its own, a validator everyone's. May be used from several threads.</summary>
public sealed class FileReader
{
    private readonly IS3AuthApi _api;
    private readonly TimeProvider _time;
    private readonly FileDownload _download;

    internal FileReader(IS3AuthApi api, StoreConnection store, S3AuthClientOptions options)
    {
        _api = api;
        _time = options.Time;
        _download = new FileDownload(store, options, FindAsync);
    }

    /// <summary>Every file of an owner, page by page as they are needed, folder by folder in the order of their keys.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="source">Only of this source.</param>
    /// <param name="prefix">Only those whose key begins with this; it may be left incomplete at its beginning, where the owner's folder stands.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="RefusedException">The server refused.</exception>
    public async IAsyncEnumerable<RemoteFile> ListAsync(
        FileOwner owner, string? source = null, string? prefix = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? cursor = null;
        do
        {
            var asked = _time.GetUtcNow();
            var page = await GetPageAsync(owner, source, prefix, cursor, limit: null, cancellationToken).ConfigureAwait(false);
            foreach (var file in page.Files)
            {
                yield return Read(file, owner, asked.AddSeconds(page.Expires_in_seconds));
            }

            // The same again would never end.
            cursor = page.Next_cursor == cursor && cursor is not null
                ? throw new HttpRequestException("The server's list does not go on.")
                : page.Next_cursor;
        }
        while (cursor is not null);
    }

    /// <summary>Every miner that has a folder in the bucket, as a validator.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    public async Task<IReadOnlyList<MinerFolders>> ListMinersAsync(CancellationToken cancellationToken = default) =>
        (await _api.GetValidatorAccessAsync(new GetValidatorAccessCommand(), cancellationToken).ConfigureAwait(false)).Miners;

    /// <summary>
    /// Downloads a file. It is written beside its place and moved there whole, and what an interrupted download has left there is gone
    /// on with; size and, where the ETag is one, MD5 are checked. What is at its place is replaced.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its place, in a folder that exists. Never made of the key as it is: see <see cref="LocalName"/>.</param>
    /// <param name="received">Told of every number of bytes that arrived; negative for those that are fetched again.</param>
    /// <param name="cancellationToken">Stops; what has arrived stays, for another time.</param>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="StoreException">The store refused, or failed too often.</exception>
    /// <exception cref="ChangedFileException">What the store has is not the listed file, again and again.</exception>
    /// <exception cref="HttpRequestException">There was no connection, too often.</exception>
    /// <exception cref="StalledException">Nothing moved, too often.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    public Task DownloadAsync(RemoteFile file, string path, IProgress<long>? received = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _download.ToAsync(file, path, received, cancellationToken);
    }

    // A key is the first of those that begin with it.
    private async Task<RemoteFile?> FindAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        var asked = _time.GetUtcNow();
        var page = await GetPageAsync(file.Owner, source: null, file.Key, cursor: null, limit: 1, cancellationToken).ConfigureAwait(false);
        return page.Files is [var found, ..] && found.Key == file.Key
            ? Read(found, file.Owner, asked.AddSeconds(page.Expires_in_seconds))
            : null;
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

    private static RemoteFile Read(ListedFile file, FileOwner owner, DateTimeOffset urlEndsAt) => new()
    {
        Key = file.Key,
        Size = file.Size,
        LastModified = file.Last_modified,
        ETag = file.Etag,
        Owner = owner,
        Url = Uri.TryCreate(file.Download_url, UriKind.Absolute, out var url) ? url : null,
        UrlEndsAt = urlEndsAt,
    };
}
