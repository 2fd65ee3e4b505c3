using System.Buffers;

namespace S3Auth.Client.Uploads;

/// <summary>
/// The body of one upload: the form fields before the file, a range of the file, and the end of the form. Sends the last block only after
/// the file's size and hash are verified. If they are wrong, the request ends early and the store keeps nothing.
/// </summary>
internal sealed class UploadContent(FileToUpload file, FileRange range, StallTimer stall) : HttpContent
{
    /// <summary>The size of the blocks that are read and sent.</summary>
    internal const int BlockSize = 256 * 1024;

    /// <summary>The bytes before the range.</summary>
    internal byte[] Head { get; init; } = [];

    /// <summary>The bytes after the range.</summary>
    internal byte[] Tail { get; init; } = [];

    /// <summary>Whether to compute <see cref="Md5"/>.</summary>
    internal bool NeedsMd5 { get; init; } = true;

    internal BandwidthLimit? Limit { get; init; }

    internal IProgress<long>? Sent { get; init; }

    /// <summary>The MD5 of the sent range in hex; null until the whole range was sent, or if it was not needed.</summary>
    internal string? Md5 { get; private set; }

    /// <summary>The failure of the file itself, if any. HttpClient wraps it in an exception of its own.</summary>
    internal Exception? Failure { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = Head.Length + range.Length + Tail.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var blockSize = Limit?.MaxBlockSize ?? BlockSize;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(blockSize, range.Length + 1));
        using var md5 = NeedsMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        using var expected = file.Expected is { } expectation ? CreateHash(expectation) : null;
        try
        {
            await WriteAsync(stream, Head, cancellationToken).ConfigureAwait(false);
            var source = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                for (var left = range.Length; left > 0;)
                {
                    var block = buffer.AsMemory(0, (int)Math.Min(blockSize, left));
                    await ReadAsync(source, block, cancellationToken).ConfigureAwait(false);
                    left -= block.Length;
                    md5?.AppendData(block.Span);
                    expected?.AppendData(block.Span);
                    if (left == 0)
                    {
                        await VerifyEndAsync(source, expected, cancellationToken).ConfigureAwait(false);
                    }

                    await WriteAsync(stream, block, cancellationToken).ConfigureAwait(false);
                    Sent?.Report(block.Length);
                }
            }

            await WriteAsync(stream, Tail, cancellationToken).ConfigureAwait(false);
            Md5 = md5 is null ? null : Convert.ToHexStringLower(md5.GetHashAndReset());
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
        if (Limit is not null)
        {
            await NotStallingAsync(() => new ValueTask(Limit.WaitAsync(bytes.Length, cancellationToken))).ConfigureAwait(false);
        }

        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        stall.Restart();
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Stream source = null!;
        await FromSourceAsync(async () =>
        {
            source = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (range.Start > 0)
            {
                source.Seek(range.Start, SeekOrigin.Begin);
            }
        }).ConfigureAwait(false);
        return source;
    }

    private async ValueTask ReadAsync(Stream source, Memory<byte> block, CancellationToken cancellationToken)
    {
        var read = 0;
        await FromSourceAsync(async () => read = await source.ReadAtLeastAsync(
            block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (read < block.Length)
        {
            throw Changed($"The file {file.Path} became shorter during the upload. Upload it again when it no longer changes.");
        }
    }

    private async ValueTask FromSourceAsync(Func<ValueTask> part)
    {
        try
        {
            await NotStallingAsync(part).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failure = exception;
            throw;
        }
    }

    // Time that the transfer waits for something else than the store does not count as a stall of the store.
    private async ValueTask NotStallingAsync(Func<ValueTask> part)
    {
        stall.Pause();
        try
        {
            await part().ConfigureAwait(false);
        }
        finally
        {
            stall.Restart();
        }
    }

    private async Task VerifyEndAsync(Stream source, IncrementalHash? expected, CancellationToken cancellationToken)
    {
        if (range.End == file.Size)
        {
            var more = 0;
            await FromSourceAsync(
                async () => more = await source.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            if (more != 0)
            {
                throw Changed($"The file {file.Path} grew during the upload. Upload it again when it no longer changes.");
            }
        }

        if (file.HasChanged())
        {
            throw Changed(ChangedContentException.Of(file).Message);
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
