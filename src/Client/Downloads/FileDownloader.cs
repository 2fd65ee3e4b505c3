using System.Buffers;
using System.Net.Http.Headers;

namespace S3Auth.Client.Downloads;

/// <summary>Downloads one file into a part file, and moves it to its path when it is complete. Resumes an existing part file.</summary>
internal sealed class FileDownloader(StoreConnection store, S3AuthClientOptions options, UrlRenewer renewal)
{
    private const int BlockSize = 128 * 1024;

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
            ? await AskAsync(current.File, start: 0, isAnyVersion: true, stall).ConfigureAwait(false)
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
                    VerifyRange(response, start, file);
                    await CopyAsync(response, file, target, md5, stall, count =>
                    {
                        arrived += count;
                        received?.Report(count);
                    }, cancellationToken).ConfigureAwait(false);
                }

                VerifyContent(file, target, md5, isPlain: response is null || !Md5ETag.IsEncrypted(response));
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
                    return await AskAsync(file, start, isAnyVersion: false, stall).ConfigureAwait(false);
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

        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
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

    private async Task<HttpResponseMessage> AskAsync(RemoteFile file, long start, bool isAnyVersion, StallTimer stall)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        request.Headers.Range = start > 0 ? new RangeHeaderValue(start, null) : null;
        if (!isAnyVersion)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{file.ETag}\"");
        }

        try
        {
            return await store.SendAsync(request, stall).ConfigureAwait(false);
        }
        catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.FileReplaced)
        {
            throw new ChangedFileException("The file was replaced after it was listed.");
        }
    }

    // Returns the file as a listing would show it now. If the answer does not identify the version, expects the listed one.
    private static RemoteFile VersionOf(HttpResponseMessage response, RemoteFile file) =>
        response.Content.Headers.ContentLength is { } size && response.Headers.ETag?.Tag.Trim('"') is { Length: > 0 } etag
            ? file with { Size = size, ETag = etag, LastModified = response.Content.Headers.LastModified ?? file.LastModified }
            : file;

    private static async Task CopyAsync(
        HttpResponseMessage response,
        RemoteFile file,
        FileStream target,
        IncrementalHash md5,
        StallTimer stall,
        Action<int> received,
        CancellationToken cancellationToken)
    {
        stall.Restart();
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
            try
            {
                while (true)
                {
                    var read = await stall.RunAsync(token => ReadAsync(body, buffer, token)).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    if (target.Position + read > file.Size)
                    {
                        throw new ChangedFileException($"The store sent more than the listed {file.Size} bytes.");
                    }

                    md5.AppendData(buffer, 0, read);
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    received(read);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    // If a connection breaks within a TLS record, .NET throws a plain IOException, as it does for a full disk.
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection to the store broke.", exception);
        }
    }

    private static void VerifyRange(HttpResponseMessage response, long start, RemoteFile file)
    {
        var range = response.Content.Headers.ContentRange;
        var isExpected = start == 0
            ? response.StatusCode == HttpStatusCode.OK
            : response.StatusCode == HttpStatusCode.PartialContent && range?.From == start && range.Length == file.Size
                && (response.Headers.ETag is not { } etag || etag.Tag.Trim('"') == file.ETag);
        if (!isExpected)
        {
            throw new ChangedFileException("The store sent another range than the requested one.");
        }
    }

    private static void VerifyContent(RemoteFile file, FileStream target, IncrementalHash md5, bool isPlain)
    {
        if (target.Position != file.Size)
        {
            // An HttpIOException, because this failure says nothing about the connection for other files.
            throw new HttpIOException(
                HttpRequestError.ResponseEnded, $"The download of {file.Size} bytes ended after {target.Position} bytes.");
        }

        if (isPlain && file.Md5 is { } expected && Convert.ToHexStringLower(md5.GetHashAndReset()) != expected)
        {
            throw new ChangedFileException("The downloaded bytes are not those of the listed file: their MD5 differs.");
        }
    }
}
