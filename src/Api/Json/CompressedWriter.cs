using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace S3Auth.Api.Json;

/// <summary>
/// Compresses a large answer while it is written, in chunks, for a client that accepts it. An answer of less than <see cref="MinBytes"/>,
/// or one that exceeds the memory budget, is sent as it is.
/// </summary>
/// <param name="answer">Writes to the client, and applies its timeouts to the bytes that are sent.</param>
/// <param name="headers">The headers of the answer.</param>
/// <param name="coding">The content coding that the client accepts.</param>
internal sealed class CompressedWriter(TimedWriter answer, IHeaderDictionary headers, string coding) : PipeWriter, IDisposable
{
    /// <summary>Smaller answers, in bytes, are sent uncompressed. The size is known at the first flush.</summary>
    internal const int MinBytes = 8 * 1024;

    /// <summary>
    /// The memory of one compressor, in bytes, for <see cref="ResponseMemoryBudget"/>: gzip takes 310 KB, Brotli an estimated 800 KB.
    /// </summary>
    internal const long CompressorBytes = 1024 * 1024;

    // The fastest levels. Both make URLs about five times smaller. Higher levels take more than twice the time.
    private static readonly BrotliCompressionOptions Brotli = new() { Quality = 1 };
    private static readonly ZLibCompressionOptions Gzip = new() { CompressionLevel = 1 };

    private readonly ArrayBufferWriter<byte> _uncompressed = new();
    private readonly MemoryStream _compressed = new();
    private Stream? _compressor;
    private bool _isDecided;
    private bool _hasSent;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _uncompressed.WrittenCount;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _uncompressed.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _uncompressed.GetSpan(sizeHint);

    public override void Advance(int bytes) => _uncompressed.Advance(bytes);

    public override void CancelPendingFlush() => answer.CancelPendingFlush();

    /// <summary>Does nothing: <see cref="EndAsync"/> ends the answer.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Compresses the written bytes. The compressor buffers, so a call often sends nothing.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Decide();
        if (_compressor is null)
        {
            answer.Write(_uncompressed.WrittenSpan);
        }
        else
        {
            _compressor.Write(_uncompressed.WrittenSpan);
            TakeCompressed();
        }

        _uncompressed.ResetWrittenCount();
        return answer.UnflushedBytes > 0 ? answer.FlushAsync(cancellationToken) : default;
    }

    /// <summary>Sends the rest, after the whole answer was written and flushed.</summary>
    internal async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_compressor is not null)
        {
            EndCompressor();
            TakeCompressed();
            await answer.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Frees the compressor, also of an answer that was not written to its end.</summary>
    public void Dispose() => EndCompressor();

    private void Decide()
    {
        if (_isDecided)
        {
            return;
        }

        _isDecided = true;
        if (_uncompressed.WrittenCount >= MinBytes && answer.TryTakeMemory(CompressorBytes))
        {
            _compressor = coding == ContentCoding.Brotli
                ? new BrotliStream(_compressed, Brotli, leaveOpen: true)
                : new GZipStream(_compressed, Gzip, leaveOpen: true);
        }
    }

    // Sets the header with the first bytes: until then the answer may still become a refusal.
    private void TakeCompressed()
    {
        if (_compressed.Length == 0)
        {
            return;
        }

        if (!_hasSent)
        {
            headers.ContentEncoding = coding;
            _hasSent = true;
        }

        answer.Write(_compressed.GetBuffer().AsSpan(0, (int)_compressed.Length));
        _compressed.SetLength(0);
    }

    private void EndCompressor()
    {
        if (_compressor is { } compressor)
        {
            _compressor = null;
            try
            {
                compressor.Dispose();
            }
            finally
            {
                answer.ReleaseMemory(CompressorBytes);
            }
        }
    }
}
