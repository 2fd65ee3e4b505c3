using System.Runtime.ExceptionServices;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Uploads into a miner's own folder: with one grant for many files where the store takes forms, with one grant a file where it does
/// not. What fails on the way is sent again; a file is stored whole or not at all. May be used from several threads.
/// </summary>
public sealed class FolderUploader
{
    private const string PutMethod = "PUT";

    // Below this, asking the store whether it wants the file costs more than sending it in vain.
    private const long MinExpectContinueBytes = 1024 * 1024;

    private readonly IS3AuthApi _api;
    private readonly StoreConnection _store;
    private readonly AccountId _coldkey;
    private readonly AccountId _hotkey;
    private readonly FolderGrantCache _grants;
    private readonly ResiliencePipeline<UploadedFile> _retries;
    private Structure? _structure;

    internal FolderUploader(IS3AuthApi api, StoreConnection store, AccountId coldkey, AccountId hotkey, S3AuthClientOptions options)
    {
        _api = api;
        _store = store;
        _coldkey = coldkey;
        _hotkey = hotkey;
        _grants = new FolderGrantCache(api, coldkey, options.Time);
        _retries = RetryPolicy.ForTransfers<UploadedFile>(options);
    }

    /// <summary>What the deployment takes: sizes, sources, by which method. Asked for once.</summary>
    public async Task<Structure> GetStructureAsync(CancellationToken cancellationToken = default) =>
        _structure ??= await _api.GetStructureAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The key that a file will have.</summary>
    /// <exception cref="UnacceptableFileException">The deployment does not take it; the message says why.</exception>
    /// <exception cref="RefusedException">The server refused.</exception>
    public async Task<string> GetKeyAsync(FileToUpload file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        UploadRules.RefuseUnacceptable(file, await GetStructureAsync(cancellationToken).ConfigureAwait(false));
        return await GetFolderAsync(file.Source, cancellationToken).ConfigureAwait(false) + UploadRules.PathOf(file);
    }

    /// <summary>Uploads one file, over one that has its key where the store takes forms.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sent">Told of every number of bytes sent, and of those that have to be sent again as a negative number.</param>
    /// <param name="cancellationToken">Stops; nothing of the file is stored then.</param>
    /// <exception cref="UnacceptableFileException">The deployment does not take it; nothing was sent.</exception>
    /// <exception cref="ChangedContentException">It is not what it was said to be; nothing is stored.</exception>
    /// <exception cref="RefusedException">The server refused, for example <c>file_exists</c> where the store takes no forms.</exception>
    /// <exception cref="StoreException">The store refused, or failed too often.</exception>
    /// <exception cref="HttpRequestException">There was no connection, too often.</exception>
    /// <exception cref="StalledException">Nothing moved, too often.</exception>
    public async Task<UploadedFile> UploadAsync(FileToUpload file, IProgress<long>? sent = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
        UploadRules.RefuseUnacceptable(file, structure);

        return await _retries.ExecuteAsync(
            async token => structure.Upload_method == PutMethod
                ? await PutAsync(file, sent, token).ConfigureAwait(false)
                : await PostAsync(file, sent, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> GetFolderAsync(string? source, CancellationToken cancellationToken)
    {
        var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
        return structure.Upload_method == PutMethod
            ? UploadRules.FolderOf(structure, source, _coldkey, _hotkey)
            : (await _grants.GetAsync(source, spent: null, cancellationToken).ConfigureAwait(false)).Folder;
    }

    private async Task<UploadedFile> PostAsync(FileToUpload file, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        var grant = await _grants.GetAsync(file.Source, spent: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PostAsync(file, grant, sent, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (MayHaveEnded(exception))
        {
            // With the keys that signed it: one fresh grant tells.
            var fresh = await _grants.GetAsync(file.Source, spent: grant, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(fresh, grant))
            {
                throw;
            }

            return await PostAsync(file, fresh, sent, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool MayHaveEnded(StoreException exception) =>
        exception.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized
        || exception.Code is "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId";

    private Task<UploadedFile> PostAsync(FileToUpload file, FolderAccess grant, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        var key = grant.Folder + UploadRules.PathOf(file);
        UploadRules.RefuseKey(key);
        return SendAsync(file, key, HttpMethod.Post, grant.Url, UploadForm.Of(grant.Fields, key), sent, cancellationToken);
    }

    private async Task<UploadedFile> PutAsync(FileToUpload file, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        var grant = await _api.GetFileUploadUrlAsync(
            new GetFileUploadUrlCommand
            {
                Coldkey = _coldkey.ToString(),
                Filename = file.Path,
                Job_id = file.JobId,
                Source = file.Source,
                Size = file.Size,
            },
            cancellationToken).ConfigureAwait(false);

        var form = grant.Method == PutMethod ? null : UploadForm.Of(grant.Fields, grant.S3_key);
        return await SendAsync(file, grant.S3_key, new HttpMethod(grant.Method), grant.Url, form, sent, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UploadedFile> SendAsync(
        FileToUpload file, string key, HttpMethod method, string url, UploadForm? form, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        using var stall = _store.StartStallTimer(cancellationToken);
        var counted = new Counted(sent);
        using var content = new UploadContent(file, form?.Head ?? [], form?.Tail ?? [], stall, counted);
        if (form is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", form.ContentType);
        }

        using var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.ExpectContinue = file.Size >= MinExpectContinueBytes;
        try
        {
            using var response = await _store.SendAsync(request, stall).ConfigureAwait(false);
            VerifyContent(response, content.Md5);
            return new UploadedFile(key, file.Size, content.Md5);
        }
        catch (Exception exception)
        {
            counted.TakeBack();
            if (content.Failure is { } failure && exception is not OperationCanceledException)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            throw;
        }
    }

    // An ETag is the MD5 of the object unless the store encrypts with a key of its own.
    private static void VerifyContent(HttpResponseMessage response, string md5)
    {
        var etag = response.Headers.ETag?.Tag.Trim('"');
        if (ContentMark.IsMd5(etag) && !ContentMark.IsEncrypted(response) && !string.Equals(etag, md5, StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpRequestException($"The store received other bytes than were sent (their MD5 is {etag}, not {md5}).");
        }
    }

    /// <summary>What one try reported, to be taken back when it fails.</summary>
    private sealed class Counted(IProgress<long>? sent) : IProgress<long>
    {
        private long _sum;

        public void Report(long value)
        {
            _sum += value;
            sent?.Report(value);
        }

        internal void TakeBack()
        {
            sent?.Report(-_sum);
            _sum = 0;
        }
    }
}
