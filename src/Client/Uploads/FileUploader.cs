using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Uploads files into a miner's own folder. Retries transient failures. The store keeps a file completely or not at all. One grant serves
/// up to 1,000 files, and the store verifies the SHA-256 of each file if it supports that. Sends large files in parts, and resumes
/// interrupted uploads of them. Uses folder grants, or a grant for each file, at older servers. Thread-safe.
/// </summary>
public sealed class FileUploader
{
    // Granted files that wait to be sent. Meanwhile the next batch is prepared.
    private const int MaxWaiting = 512;

    private readonly DeploymentStructure _structure;
    private readonly AccountId _coldkey;
    private readonly AccountId _hotkey;
    private readonly S3AuthClientOptions _client;
    private readonly FileUploaderOptions _options;
    private readonly UploadSender _sender;
    private readonly StoredFileFinder _finder;
    private readonly FolderGrantUploader _folders;
    private readonly MultipartUploader _multipart;
    private readonly IS3AuthApi _api;
    private readonly ResiliencePipeline<UploadedFile> _retries;

    internal FileUploader(
        IS3AuthApi api,
        DeploymentStructure structure,
        StoreConnection store,
        FileReader reader,
        FolderGrantCache grants,
        AccountId coldkey,
        AccountId hotkey,
        S3AuthClientOptions client,
        FileUploaderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallel, 1, nameof(options));
        _coldkey = coldkey;
        _hotkey = hotkey;
        _client = client;
        _options = options;
        _structure = structure;
        _sender = new UploadSender(store, client, options);
        _finder = new StoredFileFinder(reader, _structure, coldkey);
        _folders = new FolderGrantUploader(api, _structure, _sender, grants, coldkey, client);
        _multipart = new MultipartUploader(api, _sender, _finder, coldkey, client, options);
        _api = api;
        _retries = RetryPolicy.ForTransfers<UploadedFile>(client);
    }

    /// <summary>
    /// Returns what the deployment accepts: sizes, sources and the upload method. Asks the server once, and again if the method changes.
    /// </summary>
    public Task<Structure> GetStructureAsync(CancellationToken cancellationToken = default) => _structure.GetAsync(cancellationToken);

    /// <summary>Checks source, job and folder of a run once, so that not every file fails with the same message.</summary>
    /// <param name="source">The source of the files; null for the deployment's first one.</param>
    /// <param name="jobId">The job of the files; null for none.</param>
    /// <param name="folder">The folder of all files within the miner's folder; empty for the folder itself.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="UnacceptableFileException">The deployment does not accept one of them; the message says why.</exception>
    public async Task CheckDestinationAsync(
        string? source, string? jobId, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        UploadRules.RefuseDestination(await GetStructureAsync(cancellationToken).ConfigureAwait(false), source, jobId, folder);
    }

    /// <summary>Returns the key that a file will have.</summary>
    /// <exception cref="UnacceptableFileException">The deployment does not accept the file; the message says why.</exception>
    public async Task<string> GetKeyAsync(FileToUpload file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
        UploadRules.RefuseUnacceptable(file, structure, _options);
        var key = UploadRules.FolderOf(structure, file.Source, _coldkey, _hotkey) + UploadRules.PathOf(file);
        UploadRules.RefuseLongKey(key);
        return key;
    }

    /// <summary>
    /// Uploads one file: in parts if it is large, otherwise by a folder grant, which also serves the next files, or by a grant of its own.
    /// A folder grant replaces an existing file of the same key.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Cancels the upload. The store then keeps nothing but parts that a later upload uses.</param>
    /// <exception cref="UnacceptableFileException">The deployment does not accept the file; nothing was sent.</exception>
    /// <exception cref="ChangedContentException">The file's size, time or hash differs from the stated one; nothing is stored.</exception>
    /// <exception cref="RefusedException">The server refused the request, for example with <c>file_exists</c>.</exception>
    /// <exception cref="StoreException">The store refused the upload, or failed in all attempts.</exception>
    /// <exception cref="HttpRequestException">The connection failed in all attempts.</exception>
    /// <exception cref="StalledException">The transfer stalled in all attempts.</exception>
    public async Task<UploadedFile> UploadAsync(FileToUpload file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
        UploadRules.RefuseUnacceptable(file, structure, _options);
        if (UploadRules.UsesParts(file, structure, _options) || UploadRules.UsesFolderGrants(structure))
        {
            return await UploadWithoutBatchAsync(file, structure, cancellationToken).ConfigureAwait(false);
        }

        var outcome = await UploadAsync(new[] { file }.ToAsyncEnumerable(), cancellationToken)
            .SingleAsync(cancellationToken).ConfigureAwait(false);
        if (outcome.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return outcome.Uploaded!;
    }

    /// <summary>
    /// Uploads many files. Each file has one outcome, in the order in which they end. A refusal that concerns all files, such as an
    /// exhausted quota, is thrown after the outcomes of the files that were granted before.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <param name="cancellationToken">Cancels the uploads.</param>
    public async IAsyncEnumerable<UploadOutcome> UploadAsync(
        IAsyncEnumerable<FileToUpload> files, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outcomes = Channel.CreateUnbounded<UploadOutcome>();
        var work = UploadAllAsync(files, outcomes.Writer, stop.Token);
        try
        {
            await foreach (var outcome in outcomes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return outcome;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    private async Task<UploadedFile> UploadWithoutBatchAsync(
        FileToUpload file, Structure structure, CancellationToken cancellationToken) => UploadRules.UsesParts(file, structure, _options)
            ? await _multipart.UploadAsync(file, cancellationToken).ConfigureAwait(false)
            : await _folders.UploadAsync(file, cancellationToken).ConfigureAwait(false);

    private async Task UploadAllAsync(
        IAsyncEnumerable<FileToUpload> files, ChannelWriter<UploadOutcome> outcomes, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            // Grants may expire while files wait for their turn. These files are granted again, in batches.
            var expired = await UploadAllAsync(files, outcomes, mayRenewRefused: true, cancellationToken).ConfigureAwait(false);
            while (!expired.IsEmpty)
            {
                expired = await UploadAllAsync(
                    expired.ToAsyncEnumerable(), outcomes, mayRenewRefused: false, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        outcomes.Complete(failure);
    }

    /// <summary>Uploads files. Returns those whose grants have expired.</summary>
    private async Task<ConcurrentQueue<FileToUpload>> UploadAllAsync(
        IAsyncEnumerable<FileToUpload> files,
        ChannelWriter<UploadOutcome> outcomes,
        bool mayRenewRefused,
        CancellationToken cancellationToken)
    {
        var expired = new ConcurrentQueue<FileToUpload>();
        Exception? refusal;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var granted = Channel.CreateBounded<GrantedFile>(MaxWaiting);
        var granting = GrantAllAsync(files, granted.Writer, outcomes, stop.Token);
        try
        {
            await Parallel.ForEachAsync(
                granted.Reader.ReadAllAsync(cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = cancellationToken },
                async (file, token) =>
                {
                    if (await UploadGrantedAsync(file, mayRenewRefused, token).ConfigureAwait(false) is { } outcome)
                    {
                        outcomes.TryWrite(outcome);
                    }
                    else
                    {
                        expired.Enqueue(file.File);
                    }
                }).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            refusal = await granting.ConfigureAwait(false);
        }

        if (refusal is not null)
        {
            ExceptionDispatchInfo.Throw(refusal);
        }

        return expired;
    }

    /// <summary>
    /// Writes each file with its grant. Returns the exception that ended the granting, if any, so that it does not end the transfers of the
    /// files that were granted before.
    /// </summary>
    private async Task<Exception?> GrantAllAsync(
        IAsyncEnumerable<FileToUpload> files,
        ChannelWriter<GrantedFile> granted,
        ChannelWriter<UploadOutcome> outcomes,
        CancellationToken cancellationToken)
    {
        try
        {
            var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
            var batches = new BatchGrants(_api, _coldkey, _client.Time, granted, outcomes);
            await foreach (var file in files.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    UploadRules.RefuseUnacceptable(file, structure, _options);
                }
                catch (UnacceptableFileException exception)
                {
                    outcomes.TryWrite(new UploadOutcome(file, Uploaded: null, exception));
                    continue;
                }

                if (UploadRules.UsesBatches(file, structure, _options))
                {
                    await batches.AddAsync(file, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await granted.WriteAsync(new GrantedFile(file), cancellationToken).ConfigureAwait(false);
                }
            }

            await batches.FlushAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            granted.Complete();
        }
    }

    /// <summary>Uploads one file. Returns null if its grant has expired.</summary>
    private async Task<UploadOutcome?> UploadGrantedAsync(GrantedFile granted, bool mayRenewRefused, CancellationToken cancellationToken)
    {
        var file = granted.File;
        try
        {
            if (granted.Target is null)
            {
                var structure = await GetStructureAsync(cancellationToken).ConfigureAwait(false);
                return new UploadOutcome(
                    file, await UploadWithoutBatchAsync(file, structure, cancellationToken).ConfigureAwait(false), Error: null);
            }

            return _client.Time.GetUtcNow() >= granted.RenewAt
                ? null
                : new UploadOutcome(file, await SendAsync(granted, granted.Target, cancellationToken).ConfigureAwait(false), Error: null);
        }
        catch (StoreException exception) when (mayRenewRefused && granted.Target is not null
            && Failures.KindOf(exception) == FailureKind.GrantRefused
            && _client.Time.GetUtcNow() >= granted.GrantedAt + GrantTiming.MinReplacementInterval)
        {
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new UploadOutcome(file, Uploaded: null, exception);
        }
    }

    private async Task<UploadedFile> SendAsync(GrantedFile granted, UploadTarget target, CancellationToken cancellationToken)
    {
        var (file, attempts) = (granted.File, 0);
        return await _retries.ExecuteAsync(
            async token =>
            {
                attempts++;
                try
                {
                    var sent = await _sender.SendAsync(file, FileRange.Whole(file), target, token).ConfigureAwait(false);
                    return new UploadedFile(granted.Key, file.Size, sent.Md5);
                }
                catch (StoreException exception) when (exception.Status == HttpStatusCode.PreconditionFailed)
                {
                    // An earlier attempt may have succeeded although its answer was lost.
                    return attempts > 1 && await _finder.IsStoredAsync(
                        granted.Key, file, () => Md5OfAsync(file, token), token).ConfigureAwait(false)
                        ? new UploadedFile(granted.Key, file.Size, Md5: null)
                        : throw UploadRules.Exists(file);
                }
                catch (StoreException exception) when (Failures.IsOtherContent(exception))
                {
                    throw ChangedContentException.Of(file);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> Md5OfAsync(FileToUpload file, CancellationToken cancellationToken) => Convert.ToHexStringLower(
        await FileHash.ComputeAsync(file, FileRange.Whole(file), HashAlgorithmName.MD5, cancellationToken).ConfigureAwait(false));
}
