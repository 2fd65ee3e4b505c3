using System.Buffers;

namespace S3Auth.Client.Uploads;

/// <summary>
/// The body of one upload: the form fields before the file, the file, and the end of the form. Sends the last block only after the file's
/// size and hash are verified. If they are wrong, the request ends early and the store keeps nothing.
/// </summary>
internal sealed class UploadContent(FileToUpload file, byte[] head, byte[] tail, StallTimer stall, IProgress<long>? sent) : HttpContent
{
    private const int BlockSize = 128 * 1024;

    /// <summary>The MD5 of the sent file in hex; empty until the whole file was sent.</summary>
    internal string Md5 { get; private set; } = "";

    /// <summary>The failure of the file itself, if any. HttpClient wraps it in an exception of its own.</summary>
    internal Exception? Failure { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = head.Length + file.Size + tail.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var expected = file.Expected is { } expectation ? CreateHash(expectation) : null;
        try
        {
            await WriteAsync(stream, head, cancellationToken).ConfigureAwait(false);
            var source = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                for (var left = file.Size; left > 0;)
                {
                    var read = await ReadAsync(
                        source, buffer.AsMemory(0, (int)Math.Min(BlockSize, left)), cancellationToken).ConfigureAwait(false);
                    left -= read;
                    var block = buffer.AsMemory(0, read);
                    md5.AppendData(block.Span);
                    expected?.AppendData(block.Span);
                    if (left == 0)
                    {
                        await VerifyEndAsync(source, buffer, read, expected, cancellationToken).ConfigureAwait(false);
                    }

                    await WriteAsync(stream, block, cancellationToken).ConfigureAwait(false);
                    sent?.Report(read);
                }
            }

            await WriteAsync(stream, tail, cancellationToken).ConfigureAwait(false);
            Md5 = Convert.ToHexStringLower(md5.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static IncrementalHash CreateHash(ExpectedContent expectation)
    {
        var hash = IncrementalHash.CreateHash(expectation.Algorithm);
        hash.AppendData(expectation.Prefix.Span);
        return hash;
    }

    private async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        stall.Restart();
    }

    private ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) => FromSourceAsync(() => file.OpenAsync(cancellationToken));

    private async ValueTask<int> ReadAsync(Stream source, Memory<byte> block, CancellationToken cancellationToken)
    {
        var read = await FromSourceAsync(
            () => source.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken)).ConfigureAwait(false);
        return read == block.Length
            ? read
            : throw Changed($"The file {file.Path} became shorter during the upload. Upload it again when it no longer changes.");
    }

    // Time that the source takes does not count as a stall of the store.
    private async ValueTask<T> FromSourceAsync<T>(Func<ValueTask<T>> part)
    {
        stall.Pause();
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failure = exception;
            throw;
        }
        finally
        {
            stall.Restart();
        }
    }

    // Does not overwrite the last block, which is still in the buffer.
    private async Task VerifyEndAsync(
        Stream source, byte[] buffer, int read, IncrementalHash? expected, CancellationToken cancellationToken)
    {
        var more = buffer.Length > read ? buffer.AsMemory(read, 1) : new byte[1];
        if (await FromSourceAsync(() => source.ReadAsync(more, cancellationToken)).ConfigureAwait(false) != 0)
        {
            throw Changed($"The file {file.Path} grew during the upload. Upload it again when it no longer changes.");
        }

        if (expected is not null && !expected.GetHashAndReset().AsSpan().SequenceEqual(file.Expected!.Hash.Span))
        {
            throw Changed($"The bytes of {file.Path} do not match the expected {file.Expected.Algorithm.Name} hash.");
        }
    }

    private ChangedContentException Changed(string message)
    {
        var exception = new ChangedContentException(message);
        Failure = exception;
        return exception;
    }
}
