using System.Buffers;
using System.Net.Http.Headers;

namespace S3Auth.Client.Downloads;

/// <summary>Requests the bytes of a listed file from the store, and verifies that they are those of the listed file.</summary>
/// <param name="store">The store.</param>
/// <param name="limit">The limit of all downloads together; null for none.</param>
internal sealed class FileRequest(StoreConnection store, BandwidthLimit? limit)
{
    /// <summary>The size of the blocks that are read.</summary>
    internal const int BlockSize = 128 * 1024;

    /// <summary>Requests a file from a position on.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">The position.</param>
    /// <param name="isAnyVersion">Whether to accept another version than the listed one.</param>
    /// <param name="stall">The stall timeout.</param>
    /// <exception cref="ChangedFileException">The store has another version.</exception>
    internal async Task<HttpResponseMessage> SendAsync(RemoteFile file, long start, bool isAnyVersion, StallTimer stall)
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

    /// <summary>Copies the body of an answer, and hashes it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="file">The file.</param>
    /// <param name="start">The position of the first byte.</param>
    /// <param name="md5">Gets every byte.</param>
    /// <param name="stall">The stall timeout.</param>
    /// <param name="write">Writes a block.</param>
    /// <param name="cancellationToken">Cancels the transfer.</param>
    /// <exception cref="ChangedFileException">The store sent more than the file has.</exception>
    internal async Task CopyAsync(
        HttpResponseMessage response,
        RemoteFile file,
        long start,
        IncrementalHash md5,
        StallTimer stall,
        Func<ReadOnlyMemory<byte>, ValueTask> write,
        CancellationToken cancellationToken)
    {
        stall.Restart();
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var position = start;
            var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
            try
            {
                while (true)
                {
                    var block = buffer.AsMemory(0, Math.Min(limit?.MaxBlockSize ?? BlockSize, BlockSize));
                    var read = await stall.RunAsync(token => ReadAsync(body, block, token)).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    position += read;
                    if (position > file.Size)
                    {
                        throw new ChangedFileException($"The store sent more than the listed {file.Size} bytes.");
                    }

                    // The time in which the transfer waits for its target or for the rate limit is not a stall of the store.
                    stall.Pause();
                    md5.AppendData(block.Span[..read]);
                    await write(block[..read]).ConfigureAwait(false);
                    if (limit is not null)
                    {
                        await limit.WaitAsync(read, cancellationToken).ConfigureAwait(false);
                    }

                    stall.Restart();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Verifies that an answer has the requested bytes.</summary>
    /// <exception cref="ChangedFileException">It has others.</exception>
    internal static void VerifyRange(HttpResponseMessage response, long start, RemoteFile file)
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

    /// <summary>Verifies that all bytes arrived, and that they are those of the listed file.</summary>
    /// <param name="file">The listed file.</param>
    /// <param name="arrived">The number of bytes that arrived.</param>
    /// <param name="md5">The hash of these bytes.</param>
    /// <param name="isPlain">Whether an ETag that looks like an MD5 is one.</param>
    /// <exception cref="HttpIOException">The connection ended early.</exception>
    /// <exception cref="ChangedFileException">The bytes are others.</exception>
    internal static void VerifyContent(RemoteFile file, long arrived, IncrementalHash md5, bool isPlain)
    {
        if (arrived != file.Size)
        {
            // An HttpIOException, because this failure says nothing about the connection for other files.
            throw new HttpIOException(
                HttpRequestError.ResponseEnded, $"The download of {file.Size} bytes ended after {arrived} bytes.");
        }

        if (isPlain && file.Md5 is { } expected && Convert.ToHexStringLower(md5.GetCurrentHash()) != expected)
        {
            throw new ChangedFileException("The downloaded bytes are not those of the listed file: their MD5 differs.");
        }
    }

    // If a connection breaks within a TLS record, .NET throws a plain IOException, as it does for a full disk.
    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection to the store broke.", exception);
        }
    }
}
