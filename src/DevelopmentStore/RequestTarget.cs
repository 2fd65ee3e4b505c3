namespace S3Auth.DevelopmentStore;

/// <summary>
/// The target of a request as received: <c>/bucket/key?query</c> (path style), or <c>/key?query</c> with the host
/// <c>bucket.localhost</c> (host style). The path is percent-decoded once and not normalised, so <c>..</c>, <c>//</c> and a trailing slash
/// are part of the key, and <c>+</c> is a plus sign.
/// </summary>
internal sealed class RequestTarget
{
    private const string HostSuffix = ".localhost";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private RequestTarget(string path, string? bucket, string? key, QueryParameters query)
    {
        Path = path;
        Bucket = bucket;
        Key = key;
        Query = query;
    }

    /// <summary>The decoded path, beginning with a slash.</summary>
    public string Path { get; }

    /// <summary>The bucket's name; null if neither host nor path names one.</summary>
    public string? Bucket { get; }

    /// <summary>The object's key; null if the request is about the bucket or the service.</summary>
    public string? Key { get; }

    public QueryParameters Query { get; }

    /// <summary>Parses a target.</summary>
    /// <param name="raw">Path and query as received.</param>
    /// <param name="host">The host of the request, without the port.</param>
    /// <exception cref="S3Exception">InvalidURI if it is not a path, wrongly encoded or not UTF-8; KeyTooLongError.</exception>
    public static RequestTarget Parse(string raw, string host)
    {
        if (raw.Length == 0 || raw[0] != '/')
        {
            throw S3Error.InvalidUri.With();
        }

        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        var path = Decode(mark < 0 ? raw : raw.AsSpan(0, mark), plusIsSpace: false);
        var query = mark < 0 ? QueryParameters.None : QueryParameters.Parse(raw.AsSpan(mark + 1));

        var (bucket, key) = Split(path, host);
        if (key.Length > 0)
        {
            RequireKey(key);
        }

        return new RequestTarget(path, bucket.Length == 0 ? null : bucket, key.Length == 0 ? null : key, query);
    }

    /// <summary>Returns the URL of an object of the same bucket, in the style of this request.</summary>
    public string UrlOf(HttpRequest request, string key)
    {
        var path = IsHostStyle(request.Host.Host) ? "" : $"/{Bucket}";
        return $"{request.Scheme}://{request.Host}{path}/{S3UriEncoding.EncodePath(key)}";
    }

    /// <summary>Checks a key.</summary>
    /// <exception cref="S3Exception">KeyTooLongError if it has more than 1,024 bytes; InvalidURI if it contains NUL.</exception>
    public static void RequireKey(string key)
    {
        if (Encoding.UTF8.GetByteCount(key) is > S3Limits.MaxKeyBytes and var size)
        {
            throw S3Error.KeyTooLong.With(null, ("Size", S3Xml.Number(size)), ("MaxSizeAllowed", S3Xml.Number(S3Limits.MaxKeyBytes)));
        }

        if (key.Contains('\0', StringComparison.Ordinal))
        {
            throw S3Error.InvalidUri.With("A key must not contain a NUL character.");
        }
    }

    /// <summary>Decodes percent-encoding. In a query, S3 also decodes <c>+</c> to a space.</summary>
    internal static string Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = 0;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (c == '%')
                {
                    if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    {
                        throw S3Error.InvalidUri.With();
                    }

                    bytes[length++] = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                    i += 2;
                }
                else if (c > '\x7f')
                {
                    throw S3Error.InvalidUri.With();
                }
                else
                {
                    bytes[length++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
                }
            }

            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw S3Error.InvalidUri.With();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static bool IsHostStyle(string host) =>
        host.Length > HostSuffix.Length && host.EndsWith(HostSuffix, StringComparison.OrdinalIgnoreCase);

    private static (string Bucket, string Key) Split(string path, string host)
    {
        if (IsHostStyle(host))
        {
            return (host[..^HostSuffix.Length].ToLowerInvariant(), path[1..]);
        }

        var slash = path.IndexOf('/', 1);
        return slash < 0 ? (path[1..], "") : (path[1..slash], path[(slash + 1)..]);
    }

    private static int HexValue(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
