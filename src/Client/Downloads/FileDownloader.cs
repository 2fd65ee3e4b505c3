using System.Buffers;

namespace S3Auth.Client.Downloads;

/// <summary>Downloads one file into a part file, and moves it to its path when it is complete. Resumes an existing part file.</summary>
internal sealed class FileDownloader(StoreConnection store, FileRequest request, S3AuthClientOptions options, UrlRenewer renewal)
{
    // How often a download starts again because the owner replaced the file. The owner could replace it forever.
    private const int MaxChanges = 2;

    // Store times are whole seconds, so two versions that are stored quickly after each other can have the same time.
    private static readonly TimeSpan UniqueTimeAge = TimeSpan.FromSeconds(2);

    private readonly PartFiles _parts = new();
    private readonly ResiliencePipeline<RemoteFile> _retries = RetryPolicy.ForTransfers<RemoteFile>(options);

    internal async Task<RemoteFile> DownloadAsync(
        RemoteFile file, string path, IProgress<long>? received, CancellationToken cancellationToken)
    {
        var current = new RenewableFile(file, renewal, options.Time);
        var changes = 0;
        return await _retries.ExecuteAsync(
            async token =>
            {
                while (true)
                {
                    try
                    {
                        return await current.UseAsync(_ => FetchAsync(current, path, received, token), token).ConfigureAwait(false);
                    }
                    catch (ChangedFileException) when (++changes <= MaxChanges)
                    {
                        // The URL opens the current version of the key, so no request to the server is needed.
                        current.IsReplaced = true;
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<RemoteFile> FetchAsync(
        RenewableFile current, string path, IProgress<long>? received, CancellationToken cancellationToken)
    {
        using var stall = store.StartStallTimer(cancellationToken);
        using var replaced = current.IsReplaced
            ? await request.SendAsync(current.File, start: 0, isAnyVersion: true, stall).ConfigureAwait(false)
            : null;
        if (replaced is not null)
        {
            (current.File, current.IsReplaced) = (VersionOf(replaced, current.File), false);
        }

        stall.Pause();

        var file = current.File;
        var part = _parts.Begin(file, path);
        try
        {
            var time = await FetchPartAsync(file, replaced, part, received, stall, cancellationToken).ConfigureAwait(false);
            if (time is { } answered && file.LastModified > DateTimeOffset.UnixEpoch && answered - file.LastModified >= UniqueTimeAge)
            {
                File.SetLastWriteTimeUtc(part, file.LastModified.UtcDateTime);
            }

            File.Move(part, path, overwrite: true);
            _parts.End(file, part);
            return file;
        }
        catch (Exception exception)
        {
            // The part belongs to another version or is empty, so no later download can resume it.
            if (exception is ChangedFileException || new FileInfo(part) is { Exists: true, Length: 0 })
            {
                File.Delete(part);
                _parts.End(file, part);
            }

            throw;
        }
    }

    /// <returns>The store's time from its answer; null if no request was sent or the answer has no time.</returns>
    private async Task<DateTimeOffset?> FetchPartAsync(
        RemoteFile file,
        HttpResponseMessage? begun,
        string part,
        IProgress<long>? received,
        StallTimer stall,
        CancellationToken cancellationToken)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var target = new FileStream(part, new FileStreamOptions
        {
            Mode = begun is null ? FileMode.OpenOrCreate : FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        await using (target.ConfigureAwait(false))
        {
            var start = await ReadPartAsync(target, file.Size, md5, cancellationToken).ConfigureAwait(false);
            received?.Report(start);
            var arrived = start;
            using var asked = begun is null && start < file.Size ? await AskAgainAsync().ConfigureAwait(false) : null;
            try
            {
                var response = begun ?? asked;
                if (response is not null)
                {
                    FileRequest.VerifyRange(response, start, file);
                    await request.CopyAsync(response, file, start, md5, stall, async block =>
                    {
                        await target.WriteAsync(block, cancellationToken).ConfigureAwait(false);
                        arrived += block.Length;
                        received?.Report(block.Length);
                    }, cancellationToken).ConfigureAwait(false);
                }

                FileRequest.VerifyContent(file, arrived, md5, isPlain: response is null || !Md5ETag.IsEncrypted(response));
                return response?.Headers.Date;
            }
            catch
            {
                received?.Report(-arrived);
                throw;
            }

            async Task<HttpResponseMessage> AskAgainAsync()
            {
                stall.Restart();
                try
                {
                    return await request.SendAsync(file, start, isAnyVersion: false, stall).ConfigureAwait(false);
                }
                catch
                {
                    received?.Report(-start);
                    throw;
                }
            }
        }
    }

    private static async Task<long> ReadPartAsync(FileStream target, long size, IncrementalHash md5, CancellationToken cancellationToken)
    {
        if (target.Length > size)
        {
            target.SetLength(0);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FileRequest.BlockSize);
        try
        {
            int read;
            while ((read = await target.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                md5.AppendData(buffer, 0, read);
            }

            return target.Position;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Returns the file as a listing would show it now. If the answer does not identify the version, expects the listed one.
    private static RemoteFile VersionOf(HttpResponseMessage response, RemoteFile file) =>
        response.Content.Headers.ContentLength is { } size && response.Headers.ETag?.Tag.Trim('"') is { Length: > 0 } etag
            ? file with { Size = size, ETag = etag, LastModified = response.Content.Headers.LastModified ?? file.LastModified }
            : file;
}
