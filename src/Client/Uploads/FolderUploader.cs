using System.Runtime.ExceptionServices;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Uploads files into a miner's own folder. One grant serves many files if the deployment uses POST; with PUT each file needs a grant.
/// Retries transient failures. The store keeps a file completely or not at all. Thread-safe.
/// </summary>
public sealed class FolderUploader
{
    private const string PutMethod = "PUT";
    private const string FolderUploadUnsupported = "folder_upload_unsupported";

    // For a smaller file, waiting for the store's 100 Continue costs more than an upload that the store refuses.
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

    /// <summary>
    /// Returns what the deployment accepts: sizes, sources and the upload method. Asks the server once, and again if the method changes.
    /// </summary>
    public async Task<Structure> GetStructureAsync(CancellationToken cancellationToken = default) =>
        _structure ??= await _api.GetStructureAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Returns the key that a file will have.</summary>
    /// <exception cref="UnacceptableFileException">The deployment does not accept the file; the message says why.</exception>
    /// <exception cref="RefusedException">The server refused the request.</exception>
    public async Task<string> GetKeyAsync(FileToUpload file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        UploadRules.RefuseUnacceptable(file, await GetStructureAsync(cancellationToken).ConfigureAwait(false));
        return await GetFolderAsync(file.Source, cancellationToken).ConfigureAwait(false) + UploadRules.PathOf(file);
    }

    /// <summary>Uploads one file. With POST it replaces an existing file of the same key; with PUT the server refuses it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sent">Receives the number of bytes of each block sent, and a negative number if bytes must be sent again.</param>
    /// <param name="cancellationToken">Cancels the upload; the store then keeps nothing of the file.</param>
    /// <exception cref="UnacceptableFileException">The deployment does not accept the file; nothing was sent.</exception>
    /// <exception cref="ChangedContentException">The file's size or hash differs from the stated one; nothing is stored.</exception>
    /// <exception cref="RefusedException">The server refused the request, for example with <c>file_exists</c>.</exception>
    /// <exception cref="StoreException">The store refused the upload, or failed in all attempts.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The transfer stalled in all attempts.</exception>
    public async Task<UploadedFile> UploadAsync(
        FileToUpload file, IProgress<long>? sent = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
        UploadRules.RefuseUnacceptable(file, structure);

        return await _retries.ExecuteAsync(
            async token => await UsesPutAsync(token).ConfigureAwait(false)
                ? await PutAsync(file, sent, token).ConfigureAwait(false)
                : await PostOrPutAsync(file, sent, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> GetFolderAsync(string? source, CancellationToken cancellationToken)
    {
        if (!await UsesPutAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return (await _grants.GetAsync(source, spent: null, cancellationToken).ConfigureAwait(false)).Folder;
            }
            catch (RefusedException refused) when (refused.Code == FolderUploadUnsupported)
            {
                _structure = null;
            }
        }

        return UploadRules.FolderOf(await GetStructureAsync(cancellationToken).ConfigureAwait(false), source, _coldkey, _hotkey);
    }

    private async Task<bool> UsesPutAsync(CancellationToken cancellationToken) =>
        (await GetStructureAsync(cancellationToken).ConfigureAwait(false)).Upload_method == PutMethod;

    // The server changes the method when it finds out that its store does not support forms.
    private async Task<UploadedFile> PostOrPutAsync(FileToUpload file, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(file, sent, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException refused) when (refused.Code == FolderUploadUnsupported)
        {
            _structure = null;
            return await PutAsync(file, sent, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<UploadedFile> PostAsync(FileToUpload file, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        var grant = await _grants.GetAsync(file.Source, spent: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PostAsync(file, grant, sent, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.GrantRefused)
        {
            var fresh = await _grants.GetAsync(file.Source, spent: grant, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(fresh, grant))
            {
                throw;
            }

            return await PostAsync(file, fresh, sent, cancellationToken).ConfigureAwait(false);
        }
    }


    private Task<UploadedFile> PostAsync(FileToUpload file, FolderAccess grant, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        var key = grant.Folder + UploadRules.PathOf(file);
        UploadRules.RefuseLongKey(key);
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
        return await SendAsync(
            file, grant.S3_key, new HttpMethod(grant.Method), grant.Url, form, sent, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UploadedFile> SendAsync(
        FileToUpload file,
        string key,
        HttpMethod method,
        string url,
        UploadForm? form,
        IProgress<long>? sent,
        CancellationToken cancellationToken)
    {
        using var stall = _store.StartStallTimer(cancellationToken);
        var counter = new AttemptCounter(sent);
        using var content = new UploadContent(file, form?.Head ?? [], form?.Tail ?? [], stall, counter);
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
            counter.Undo();
            if (content.Failure is { } failure && exception is not OperationCanceledException)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            throw;
        }
    }

    // The ETag of an object that the store encrypts with a managed key is not an MD5.
    private static void VerifyContent(HttpResponseMessage response, string md5)
    {
        var etag = response.Headers.ETag?.Tag.Trim('"');
        if (Md5ETag.HasForm(etag) && !Md5ETag.IsEncrypted(response) && !string.Equals(etag, md5, StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpRequestException($"The store received different bytes (MD5 {etag}) than the client sent (MD5 {md5}).");
        }
    }

    /// <summary>Counts the reported bytes of one attempt, and subtracts them if it fails.</summary>
    private sealed class AttemptCounter(IProgress<long>? sent) : IProgress<long>
    {
        private long _sum;

        public void Report(long value)
        {
            _sum += value;
            sent?.Report(value);
        }

        internal void Undo()
        {
            sent?.Report(-_sum);
            _sum = 0;
        }
    }
}
