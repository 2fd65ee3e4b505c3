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
    // The canonical request without origin, path, host, credential, token, key and listing has about 200 characters.
    private const int FixedRoom = 512;

    private readonly DatedSigner _signer;
    private readonly string _method;
    private readonly string? _key;
    private readonly long _seconds;

    // An answer can contain a URL twice.
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

    // An upper bound of the length of the URL and of the canonical request after the origin.
    private int Room
    {
        get
        {
            var list = Listing.GetValueOrDefault();
            return FixedRoom + _signer.Endpoint.OriginBytes.Length + _signer.Endpoint.PathBytes.Length + _signer.Endpoint.HostBytes.Length
                + _signer.Key.QueryStart.Length + _signer.Key.QueryToken.Length + Headers.Room
                + AsciiWriter.RoomFor(_key) + AsciiWriter.RoomFor(list.Prefix) + AsciiWriter.RoomFor(list.Delimiter)
                + AsciiWriter.RoomFor(list.ContinuationToken) + AsciiWriter.RoomFor(list.StartAfter)
                + (Parameters?.Sum(one => AsciiWriter.RoomFor(one.Name) + AsciiWriter.RoomFor(one.Value) + 2) ?? 0);
        }
    }

    /// <summary>Returns the text of a URL.</summary>
    public static implicit operator string(PresignedUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.ToString();
    }

    /// <summary>Writes the URL, which is ASCII.</summary>
    /// <param name="utf8Destination">The buffer. It must have room for the longest encoding of all parameters.</param>
    /// <param name="bytesWritten">The length of the URL, or 0.</param>
    /// <param name="format">Not used.</param>
    /// <param name="provider">Not used.</param>
    /// <returns>False if the buffer is too short.</returns>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var isEnough = utf8Destination.Length >= Room;
        bytesWritten = isEnough ? Write(utf8Destination) : 0;
        return isEnough;
    }

    /// <summary>Returns the URL.</summary>
    public override string ToString()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Room);
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, Write(buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The canonical request and the URL have path and query in common, so both are made in one buffer: the method of the request is where
    // the origin will be, and its headers are where the signature will be.
    private int Write(Span<byte> buffer)
    {
        var origin = _signer.Endpoint.OriginBytes;
        var start = origin.Length - _method.Length - 1;
        var text = new AsciiWriter(buffer) { Length = start };
        text.AppendAscii(_method);
        text.Append("\n"u8);
        AppendPath(ref text);
        var pathEnd = text.Length;
        text.Append("\n"u8);
        AppendQuery(ref text);

        var queryEnd = text.Length;
        if (_signature is null)
        {
            Headers.AppendCanonical(ref text, _signer.Endpoint.HostBytes);
            var signature = new byte[SigV4Names.SignatureLength];
            _signer.Key.Key.SignRequest(_signer.Timestamp, buffer[start..text.Length], signature);
            _signature = signature;
        }

        origin.CopyTo(buffer);
        buffer[pathEnd] = (byte)'?';
        text.Length = queryEnd;
        text.Append("&X-Amz-Signature="u8);
        text.Append(_signature);
        return text.Length;
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
        Headers.AppendQuery(ref request);
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
