using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Polly;
using S3Auth.Client.Requests;
using S3Auth.Client.Stores;

namespace S3Auth.Client.Downloads;

/// <summary>Brings one file to its place, through a part beside it that an interrupted download leaves and the next goes on with.</summary>
internal sealed class FileDownload
{
    private const int BlockSize = 128 * 1024;
    private const string PartEnding = ".s3auth-part";

    // How often a file that is replaced meanwhile is looked up again.
    private const int MostChanges = 2;

    // A URL must outlast the asking, not the transfer.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly StoreConnection _store;
    private readonly TimeProvider _time;
    private readonly Func<RemoteFile, CancellationToken, Task<RemoteFile?>> _find;
    private readonly ResiliencePipeline<bool> _retries;

    /// <param name="store">The way to the store.</param>
    /// <param name="options">How patient to be.</param>
    /// <param name="find">Finds a file again, as it is now and with another URL; null when it is gone.</param>
    internal FileDownload(StoreConnection store, S3AuthClientOptions options, Func<RemoteFile, CancellationToken, Task<RemoteFile?>> find)
    {
        _store = store;
        _time = options.Time;
        _find = find;
        _retries = Retries.ForTransfers<bool>(options, exception =>
            // A URL may end before its time, with the keys that signed it: another one is asked for.
            exception is ChangedFileException { IsFinal: false } or StoreException { Status: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized });
    }

    internal async Task ToAsync(RemoteFile file, string path, IProgress<long>? received, CancellationToken cancellationToken)
    {
        // Its owner can make such a key, and nothing that is asked changes it.
        if (file.Url is null)
        {
            throw new StoreException(HttpStatusCode.BadRequest, "InvalidURI", "Its key cannot be part of a URL; its owner must store it under another.");
        }

        var current = file;
        var isFresh = false;
        var changes = 0;
        await _retries.ExecuteAsync(
            async token =>
            {
                if (isFresh || _time.GetUtcNow() >= current.UrlEndsAt - Margin)
                {
                    current = await _find(current, token).ConfigureAwait(false)
                        ?? throw new StoreException(HttpStatusCode.NotFound, "NoSuchKey", "The file is gone.");
                }

                // Another try asks anew: the URL may have ended before its time, the file may be another.
                isFresh = true;
                try
                {
                    await FetchAsync(current, path, received, token).ConfigureAwait(false);
                    return true;
                }
                catch (ChangedFileException exception) when (++changes > MostChanges)
                {
                    // Each look costs the caller a grant, and whoever owns the file may go on for ever.
                    throw new ChangedFileException(exception.Message) { IsFinal = true };
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task FetchAsync(RemoteFile file, string path, IProgress<long>? received, CancellationToken cancellationToken)
    {
        var part = PartOf(file, path);
        DeleteOthers(file, part);
        try
        {
            await FetchPartAsync(file, part, received, cancellationToken).ConfigureAwait(false);
        }
        catch (ChangedFileException)
        {
            // Not to be gone on with.
            File.Delete(part);
            throw;
        }

        File.SetLastWriteTimeUtc(part, file.LastModified.UtcDateTime);
        File.Move(part, path, overwrite: true);
    }

    private async Task FetchPartAsync(RemoteFile file, string part, IProgress<long>? received, CancellationToken cancellationToken)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var target = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        await using (target.ConfigureAwait(false))
        {
            var start = await ReadWhatIsThereAsync(target, file.Size, md5, cancellationToken).ConfigureAwait(false);
            received?.Report(start);
            var arrived = start;
            try
            {
                var isPlain = start == file.Size || await ReceiveAsync(file, start, target, md5, count =>
                {
                    arrived += count;
                    received?.Report(count);
                }, cancellationToken).ConfigureAwait(false);
                RefuseOtherContent(file, target, md5, isPlain);
            }
            catch
            {
                received?.Report(-arrived);
                throw;
            }
        }
    }

    // A part of another version of the file has another name.
    private static string PartOf(RemoteFile file, string path) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $"{PartPrefixOf(file)}{Digest($"{file.ETag}\n{file.Size}")}{PartEnding}");

    private static string PartPrefixOf(RemoteFile file) => $".{Digest(file.Key)}-";

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    // What was there of earlier versions is of no use any more, and its owner could fill the disk with it.
    private static void DeleteOthers(RemoteFile file, string part)
    {
        foreach (var other in Directory.EnumerateFiles(Path.GetDirectoryName(part)!, $"{PartPrefixOf(file)}*{PartEnding}"))
        {
            if (other != part)
            {
                File.Delete(other);
            }
        }
    }

    private static async Task<long> ReadWhatIsThereAsync(FileStream target, long size, IncrementalHash md5, CancellationToken cancellationToken)
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

    /// <returns>Whether the ETag is the MD5 of what came, where it looks like one.</returns>
    private async Task<bool> ReceiveAsync(
        RemoteFile file, long start, FileStream target, IncrementalHash md5, Action<int> received, CancellationToken cancellationToken)
    {
        using var stall = _store.Watch(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
        }

        // The file that was listed, or none.
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{file.ETag}\"");
        using var response = await SendAsync(request, stall).ConfigureAwait(false);
        RefuseOtherRange(response, start, file);

        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
            try
            {
                while (true)
                {
                    var read = await stall.WithinAsync(token => ReadAsync(body, buffer, token)).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    if (target.Position + read > file.Size)
                    {
                        throw new ChangedFileException($"The store sent more than the {file.Size} bytes that it listed.");
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

        return !ContentMark.IsEncrypted(response);
    }

    // A connection that is cut within a record of TLS fails with nothing that tells it from a full disk.
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection to the store broke off.", exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Stall stall)
    {
        try
        {
            return await _store.SendAsync(request, stall).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new ChangedFileException("The file was replaced since it was listed.");
        }
    }

    private static void RefuseOtherRange(HttpResponseMessage response, long start, RemoteFile file)
    {
        var range = response.Content.Headers.ContentRange;
        var isExpected = start == 0
            ? response.StatusCode == HttpStatusCode.OK
            : response.StatusCode == HttpStatusCode.PartialContent && range?.From == start && range.Length == file.Size
                && (response.Headers.ETag is not { } etag || etag.Tag.Trim('"') == file.ETag);
        if (!isExpected)
        {
            throw new ChangedFileException("The store did not send the part that was asked for.");
        }
    }

    private static void RefuseOtherContent(RemoteFile file, FileStream target, IncrementalHash md5, bool isPlain)
    {
        if (target.Position != file.Size)
        {
            throw new HttpRequestException($"The download of {file.Size} bytes ended after {target.Position}.");
        }

        if (isPlain && file.Md5 is { } expected && Convert.ToHexStringLower(md5.GetHashAndReset()) != expected)
        {
            throw new ChangedFileException("The bytes that came are not those of the listed file: their MD5 is another.");
        }
    }
}
