namespace S3Auth.S3;

/// <summary>
/// A presigned URL, which is signed when it is first written. Writing cannot fail, because <see cref="DatedSigner"/> checks what it signs.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The query is in canonical order (by the bytes of the names), so that the signed text is the sent text. Therefore lower-case parameters
/// come after <c>X-Amz-…</c>. The signature is last.
/// </remarks>
public sealed class PresignedUrl : IUtf8SpanFormattable
{
    // The fixed text of a canonical request has about 200 bytes.
    private const int MaxFixedLength = 512;

    private readonly DatedSigner _signer;
    private readonly string _method;
    private readonly string? _key;
    private readonly long _seconds;

    // Kept, because an answer can contain a URL twice. Two threads may sign at once; both get the same signature.
    private byte[]? _signature;

    internal PresignedUrl(DatedSigner signer, string method, string? key, long seconds)
    {
        _signer = signer;
        _method = method;
        _key = key;
        _seconds = seconds;
    }

    internal SignedHeaders Headers { get; init; } = SignedHeaders.OnlyHost;

    internal S3Listing? Listing { get; init; }

    internal IReadOnlyList<S3Parameter>? Parameters { get; init; }

    // Upper bound, in bytes, of what Write needs: the origin and the canonical request.
    private int MaxLength
    {
        get
        {
            var list = Listing.GetValueOrDefault();
            return MaxFixedLength
                + _signer.Endpoint.OriginBytes.Length + _signer.Endpoint.PathBytes.Length + _signer.Endpoint.HostBytes.Length
                + _signer.Key.QueryStart.Length + _signer.Key.QueryToken.Length + Headers.MaxLength
                + AsciiWriter.MaxLengthOf(_key) + AsciiWriter.MaxLengthOf(list.Prefix) + AsciiWriter.MaxLengthOf(list.Delimiter)
                + AsciiWriter.MaxLengthOf(list.ContinuationToken) + AsciiWriter.MaxLengthOf(list.StartAfter)
                + (Parameters?.Sum(one => AsciiWriter.MaxLengthOf(one.Name) + AsciiWriter.MaxLengthOf(one.Value) + 2) ?? 0);
        }
    }

    /// <summary>Returns the URL.</summary>
    public static implicit operator string(PresignedUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.ToString();
    }

    /// <summary>Writes the URL, which is ASCII.</summary>
    /// <param name="utf8Destination">The buffer. It must be longer than the URL, because the canonical request is built in it.</param>
    /// <param name="bytesWritten">The length of the URL, or 0.</param>
    /// <param name="format">Not used.</param>
    /// <param name="provider">Not used.</param>
    /// <returns>False, and nothing is written, if the buffer may be too short.</returns>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var hasRoom = utf8Destination.Length >= MaxLength;
        bytesWritten = hasRoom ? Write(utf8Destination) : 0;
        return hasRoom;
    }

    /// <summary>Returns the URL.</summary>
    public override string ToString()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxLength);
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, Write(buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Builds the canonical request and the URL in one buffer, because both contain path and query. The method ends where the path begins,
    // so that the origin can overwrite it: an origin is longer than a method and its line feed. The signature overwrites the headers.
    private int Write(Span<byte> buffer)
    {
        var origin = _signer.Endpoint.OriginBytes;
        var start = origin.Length - _method.Length - 1;
        var text = new AsciiWriter(buffer) { Position = start };
        text.AppendAscii(_method);
        text.Append("\n"u8);
        AppendPath(ref text);
        var pathEnd = text.Position;
        text.Append("\n"u8);
        AppendQuery(ref text);

        var queryEnd = text.Position;
        if (_signature is null)
        {
            Headers.AppendCanonical(ref text, _signer.Endpoint.HostBytes);
            var signature = new byte[SigV4Names.SignatureLength];
            _signer.Key.Key.SignRequest(_signer.Timestamp, buffer[start..text.Position], signature);
            _signature = signature;
        }

        origin.CopyTo(buffer);
        buffer[pathEnd] = (byte)'?';
        text.Position = queryEnd;
        text.Append("&X-Amz-Signature="u8);
        text.Append(_signature);
        return text.Position;
    }

    private void AppendPath(ref AsciiWriter request)
    {
        var path = _signer.Endpoint.PathBytes;
        request.Append(path);
        if (_key is not null)
        {
            request.Append("/"u8);
            request.AppendPath(_key);
        }
        else if (path.IsEmpty)
        {
            request.Append("/"u8);
        }
    }

    private void AppendQuery(ref AsciiWriter request)
    {
        request.Append(_signer.Key.QueryStart);
        request.Append(_signer.Timestamp);
        request.Append("&X-Amz-Expires="u8);
        request.Append(_seconds);
        request.Append(_signer.Key.QueryToken);
        request.Append("&X-Amz-SignedHeaders="u8);
        Headers.AppendNames(ref request);
        if (Listing is { } list)
        {
            AppendListing(ref request, list);
        }

        foreach (var (name, value) in Parameters ?? [])
        {
            request.Append("&"u8);
            request.AppendAscii(name);
            request.AppendParameter("="u8, value);
        }
    }

    private static void AppendListing(ref AsciiWriter request, in S3Listing list)
    {
        request.AppendParameter("&continuation-token="u8, list.ContinuationToken);
        request.AppendParameter("&delimiter="u8, list.Delimiter);
        request.Append("&encoding-type=url&list-type=2"u8);
        if (list.MaxKeys is { } maxKeys)
        {
            request.Append("&max-keys="u8);
            request.Append(maxKeys);
        }

        request.AppendParameter("&prefix="u8, list.Prefix);
        request.AppendParameter("&start-after="u8, list.StartAfter);
    }
}
