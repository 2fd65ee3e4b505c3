using System.Xml;

namespace S3Auth.Client.Downloads;

/// <summary>
/// Lists a miner's own folder by the presigned listing of its folder grant, which costs no grant while the folder grant is valid.
/// Thread-safe.
/// </summary>
public sealed class OwnFolder
{
    private const string FolderUploadUnsupported = "folder_upload_unsupported";

    private readonly FolderGrantCache _grants;
    private readonly StoreConnection _store;
    private readonly FileOwner _owner;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<FolderListing?> _retries;

    internal OwnFolder(FolderGrantCache grants, StoreConnection store, AccountId coldkey, S3AuthClientOptions options)
    {
        _grants = grants;
        _store = store;
        _owner = FileOwner.Own(coldkey);
        _time = options.Time;
        _retries = RetryPolicy.ForTransfers<FolderListing?>(options);
    }

    /// <summary>Requests a new folder grant, which costs one grant, and keeps it for listings and uploads.</summary>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    public Task<FolderAccess> RequestGrantAsync(CancellationToken cancellationToken = default) => _grants.RenewAsync(cancellationToken);

    /// <summary>
    /// Lists the folder. Costs one grant if there is no valid folder grant. Returns null if the listing is not complete: the deployment has
    /// no folder grants, a folder has more than 1,000 files, a key is not UTF-8, or the prefix matches nothing. Then use
    /// <see cref="FileReader.ListAsync"/>.
    /// </summary>
    /// <param name="source">Lists only the folder of this source; null for all sources.</param>
    /// <param name="prefix">Lists only keys that begin with this, with or without the folder.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    /// <exception cref="StoreException">The store refused the listing, or failed in all attempts.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The answer stalled in all attempts.</exception>
    public async Task<FolderListing?> ListAsync(
        string? source = null, string? prefix = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _retries.ExecuteAsync(
                async token => await ListOnceAsync(source, prefix, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException refused) when (refused.Code == FolderUploadUnsupported)
        {
            return null;
        }
    }

    private async Task<FolderListing?> ListOnceAsync(string? source, string? prefix, CancellationToken cancellationToken)
    {
        var grant = await _grants.GetAsync(spent: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ListAsync(grant, source, prefix, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.GrantRefused)
        {
            var fresh = await _grants.GetAsync(spent: grant, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(fresh, grant))
            {
                throw;
            }

            return await ListAsync(fresh, source, prefix, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FolderListing?> ListAsync(
        FolderAccess grant, string? source, string? prefix, CancellationToken cancellationToken)
    {
        var files = new List<RemoteFile>();
        TimeSpan? skew = null;
        foreach (var folder in source is null ? GrantedFolder.All(grant) : [GrantedFolder.Of(grant, source)])
        {
            if (FileReader.ReadUrl(folder.ListUrl) is not { } url)
            {
                return null;
            }

            using var stall = _store.StartStallTimer(cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            var before = _time.GetUtcNow();
            using var response = await _store.SendAsync(request, stall).ConfigureAwait(false);
            skew = StoreConnection.ClockSkewOf(response, before, _time.GetUtcNow());
            if (!TryRead(await ReadAsync(response, stall).ConfigureAwait(false), folder.Folder, prefix ?? "", files))
            {
                return null;
            }
        }

        // The server says what is wrong with a prefix that matches nothing.
        return files.Count == 0 && prefix is { Length: > 0 } ? null : new FolderListing(files, skew);
    }

    private static async Task<S3ListingPage> ReadAsync(HttpResponseMessage response, StallTimer stall)
    {
        try
        {
            return await stall.RunAsync(async token =>
            {
                await response.Content.LoadIntoBufferAsync(S3ListingReader.MaxBytes, token).ConfigureAwait(false);
                using var body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                return await S3ListingReader.ReadAsync(body, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is XmlException or FormatException or OverflowException)
        {
            throw new ListingException("The store's answer is not a listing.");
        }
    }

    /// <returns>Whether the page is complete, and each of its entries is in the folder and can be shown as text.</returns>
    private bool TryRead(S3ListingPage page, string folder, string prefix, List<RemoteFile> files)
    {
        if (page.IsTruncated)
        {
            return false;
        }

        var wanted = prefix.StartsWith(folder, StringComparison.Ordinal) ? prefix : folder + prefix;
        foreach (var one in page.Objects)
        {
            if (!System.Text.Unicode.Utf8.IsValid(one.Key) || Encoding.UTF8.GetString(one.Key) is not { Length: > 0 } key
                || !key.StartsWith(folder, StringComparison.Ordinal) || one.Size < 0 || !FileReader.IsETag(one.ETag))
            {
                return false;
            }

            if (!key.StartsWith(wanted, StringComparison.Ordinal))
            {
                continue;
            }

            files.Add(RemoteFile.WithoutUrl(key, one.Size, one.LastModified, one.ETag, _owner));
        }

        return true;
    }
}
