using System.IO.Pipelines;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// Decodes a body in <c>aws-chunked</c> encoding. Verifies the signature of a signed chunk after the chunk was read, so the content must
/// not be used before the stream was read to its end without an error.
/// Specification: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" and
/// "… with Trailing Headers", Amazon S3 API Reference.
/// </summary>
internal sealed class AwsChunkedStream : ReadOnlyStream
{
    public const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string SignedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    public const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private const string ChunkSignature = "chunk-signature=";
    private const string TrailerSignature = "x-amz-trailer-signature";
    private const int MaxLineBytes = 1024;
    private const int MaxTrailers = 8;

    private readonly PipeReader _body;
    private readonly SignedRequest _request;
    private readonly long _length;
    private readonly bool _signed;
    private readonly bool _trailers;
    private readonly IncrementalHash _chunkHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, string> _received = new(StringComparer.OrdinalIgnoreCase);
    private string _previousSignature;
    private string _chunkSignature = "";
    private long _chunkLeft;
    private long _total;
    private bool _ended;

    /// <param name="body">The body as received.</param>
    /// <param name="request">The verified request. Its <see cref="SignedRequest.Payload"/> names the variant of the encoding.</param>
    /// <param name="length">The declared decoded length in bytes.</param>
    public AwsChunkedStream(PipeReader body, SignedRequest request, long length)
    {
        _body = body;
        _request = request;
        _length = length;
        _signed = request.Payload is Signed or SignedWithTrailer;
        _trailers = request.Payload is SignedWithTrailer or UnsignedWithTrailer;
        _previousSignature = request.Signature;
    }

    /// <summary>The trailing headers. They are complete after the stream was read to its end.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _received;

    public static bool IsUsedBy(string payload) => payload is Signed or SignedWithTrailer or UnsignedWithTrailer;

    /// <exception cref="S3Exception">SignatureDoesNotMatch, IncompleteBody, MalformedTrailerError.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunkLeft == 0 && !_ended)
        {
            await BeginChunkAsync(cancellationToken);
        }

        if (_ended || buffer.Length == 0)
        {
            return 0;
        }

        var result = await _body.ReadAsync(cancellationToken);
        if (result.Buffer.IsEmpty && result.IsCompleted)
        {
            _body.AdvanceTo(result.Buffer.End);
            throw S3Error.IncompleteBody.With();
        }

        var piece = result.Buffer.Slice(0, Math.Min(Math.Min(_chunkLeft, buffer.Length), result.Buffer.Length));
        var read = (int)piece.Length;
        piece.CopyTo(buffer.Span);
        _body.AdvanceTo(piece.End);
        if (_signed)
        {
            _chunkHash.AppendData(buffer.Span[..read]);
        }

        _chunkLeft -= read;
        if (_chunkLeft == 0)
        {
            if (await ReadLineAsync(cancellationToken) is not "")
            {
                throw Malformed("A chunk is longer than its declared size.");
            }

            VerifyChunk();
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _chunkHash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task BeginChunkAsync(CancellationToken cancellation)
    {
        var line = await ReadLineAsync(cancellation);
        var semicolon = line.IndexOf(';', StringComparison.Ordinal);
        _chunkLeft = ParseSize(semicolon < 0 ? line : line[..semicolon]);
        if (_signed)
        {
            var extension = semicolon < 0 ? "" : line[(semicolon + 1)..];
            if (!extension.StartsWith(ChunkSignature, StringComparison.Ordinal))
            {
                throw Malformed("A chunk has no signature.");
            }

            _chunkSignature = extension[ChunkSignature.Length..];
        }

        _total += _chunkLeft;
        if (_total > _length)
        {
            throw S3Error.IncompleteBody.With("The chunks are longer than x-amz-decoded-content-length.");
        }

        if (_chunkLeft == 0)
        {
            VerifyChunk();
            await ReadTrailersAsync(cancellation);
            if (_total != _length)
            {
                throw S3Error.IncompleteBody.With("The chunks are shorter than x-amz-decoded-content-length.");
            }

            _ended = true;
        }
    }

    private async Task ReadTrailersAsync(CancellationToken cancellation)
    {
        var canonical = new StringBuilder();
        string? signature = null;
        while (await ReadLineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !_trailers || _received.Count == MaxTrailers)
            {
                throw S3Error.MalformedTrailer.With();
            }

            var (name, value) = (line[..colon].ToLowerInvariant().Trim(), line[(colon + 1)..].Trim());
            if (name.Equals(TrailerSignature, StringComparison.Ordinal) && signature is null)
            {
                signature = value;
            }
            else if (signature is null && _received.TryAdd(name, value))
            {
                canonical.Append(name).Append(':').Append(value).Append('\n');
            }
            else
            {
                throw S3Error.MalformedTrailer.With();
            }
        }

        if (_signed && _trailers)
        {
            Verify(
                "AWS4-HMAC-SHA256-TRAILER",
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString()))),
                signature ?? "");
        }
    }

    private void VerifyChunk()
    {
        if (_signed)
        {
            Verify(
                "AWS4-HMAC-SHA256-PAYLOAD",
                $"{SigV4Names.EmptyPayload}\n{Convert.ToHexStringLower(_chunkHash.GetHashAndReset())}",
                _chunkSignature);
        }
    }

    private void Verify(string kind, string hashes, string received)
    {
        var text = $"{kind}\n{_request.Timestamp}\n{_request.Key.Scope}\n{_previousSignature}\n{hashes}";
        Span<byte> expected = stackalloc byte[SigV4Names.SignatureLength];
        _request.Key.Sign(Encoding.ASCII.GetBytes(text), expected);
        if (!RequestAuthenticator.Same(expected, received))
        {
            throw S3Error.SignatureDoesNotMatch.With();
        }

        _previousSignature = received;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _body.ReadAsync(cancellation);
            if (TryReadLine(result.Buffer, out var line, out var consumed))
            {
                _body.AdvanceTo(consumed);
                return line;
            }

            var tooLong = result.Buffer.Length > MaxLineBytes;
            _body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (tooLong)
            {
                throw Malformed("A line is too long.");
            }

            if (result.IsCompleted)
            {
                throw S3Error.IncompleteBody.With();
            }
        }
    }

    private static bool TryReadLine(ReadOnlySequence<byte> buffer, out string line, out SequencePosition consumed)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8) && bytes.Length <= MaxLineBytes)
        {
            line = Encoding.Latin1.GetString(bytes);
            consumed = reader.Position;
            return true;
        }

        line = "";
        consumed = buffer.Start;
        return false;
    }

    private static long ParseSize(string hex)
    {
        if (hex.Length is 0 or > 12 || !hex.All(char.IsAsciiHexDigit))
        {
            throw Malformed("A chunk's size is not a hexadecimal number.");
        }

        return Convert.ToInt64(hex, 16);
    }

    private static S3Exception Malformed(string why) => S3Error.InvalidRequest.With($"The aws-chunked body is malformed. {why}");
}
