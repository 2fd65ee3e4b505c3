using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// Signs requests that all have the same date, with one set of credentials. Immutable. Lifetimes are in seconds from that date, 1 to
/// 604,800 (seven days). Other values throw <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
/// <remarks>
/// The query of a presigned URL is in canonical order (by the bytes of the names), so that the signed text is the sent text. Therefore
/// lower-case parameters come after <c>X-Amz-…</c>. The signature is last.
/// </remarks>
public sealed class DatedSigner
{
    private const int TimestampLength = 16;

    // The canonical request without path, host, credential, token and listing has about 200 characters.
    private const int FixedRoom = 512;

    // The names of forbidden headers in the list of signed headers, in the canonical request and in the query.
    private static readonly BarredText BarredNames = new(name => ";" + name);
    private static readonly BarredText BarredQuery = new(name => "%3B" + name);

    // The same headers as lines of the canonical request, each with an empty value.
    private static readonly BarredText EmptyBarredLines = new(name => "\n" + name + ":");

    private readonly S3Endpoint _endpoint;
    private readonly string _bucket;
    private readonly DayKey _key;
    private readonly DateTimeOffset _moment;
    private readonly string _timestamp;

    internal DatedSigner(S3Endpoint endpoint, string bucket, DayKey key, DateTimeOffset moment)
    {
        _endpoint = endpoint;
        _bucket = bucket;
        _key = key;
        _moment = moment;
        _timestamp = moment.UtcDateTime.ToString(SigV4Names.TimestampFormat, CultureInfo.InvariantCulture);
    }

    /// <summary>Returns a URL that downloads an object.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    public string PresignGet(string key, long seconds)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Presign("GET\n"u8, key, seconds, default, listing: null);
    }

    /// <summary>Returns a URL that uploads an object.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    /// <param name="contentLength">The required size of the upload in bytes; null for any.</param>
    /// <param name="barred">How the URL forbids headers. A store that needs another way refuses the URL.</param>
    public string PresignPut(string key, long seconds, long? contentLength = null, BarredHeaders barred = BarredHeaders.None) =>
        PresignPut(key, seconds, new PutRules(contentLength, barred));

    /// <summary>Returns a URL that uploads an object, or a part of one, within rules.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    /// <param name="rules">What the upload must be.</param>
    public string PresignPut(string key, long seconds, in PutRules rules)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (rules.ContentLength is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(rules));
        }

        S3Parameter[]? part = rules.Part is { } one
            ? [new S3Parameter("partNumber", one.Number.ToString(CultureInfo.InvariantCulture)), new S3Parameter("uploadId", one.UploadId)]
            : null;
        return Presign("PUT\n"u8, key, seconds, new SignedHeaders(rules), listing: null, part);
    }

    /// <summary>Returns a URL for any request, for requests of this server itself, never for clients.</summary>
    /// <param name="request">The request.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    internal string Presign(S3Request request, long seconds)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Presign(
            Encoding.ASCII.GetBytes(request.Method + "\n"),
            request.Key,
            seconds,
            new SignedHeaders(default, request.Headers),
            listing: null,
            request.Query);
    }

    /// <summary>
    /// Returns a URL for one listing (ListObjectsV2). The names in the answer are percent-encoded (<c>encoding-type=url</c>), because XML
    /// 1.0 cannot contain most control characters, so that one such key would make the page unreadable.
    /// </summary>
    /// <param name="listing">The parameters of the listing.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    public string PresignList(in S3Listing listing, long seconds)
    {
        if (listing.MaxKeys is { } maxKeys)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maxKeys, 1, nameof(listing));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(maxKeys, 1000, nameof(listing));
        }

        return Presign("GET\n"u8, key: null, seconds, default, listing);
    }

    /// <summary>
    /// Returns the fields of a POST form for one object, or for any number of objects below a prefix. The signed policy covers every field
    /// except the file.
    /// </summary>
    /// <param name="rules">The rules of the form.</param>
    /// <param name="seconds">The lifetime of the form.</param>
    /// <returns>The fields in the order to send them. For a prefix, <c>key</c> ends with <c>${filename}</c>.</returns>
    public IReadOnlyDictionary<string, string> SignPost(in PostPolicyRules rules, long seconds)
    {
        RequireLife(seconds);

        Span<byte> signature = stackalloc byte[SigV4Names.SignatureLength];
        var policy = SignPolicy(rules, seconds, signature);

        var fields = new Dictionary<string, string>(capacity: 10, StringComparer.Ordinal)
        {
            [SigV4Names.Form.Key] = rules.IsWholeKey ? rules.Key : rules.Key + "${filename}",
            [SigV4Names.Form.Acl] = rules.Acl,
            [SigV4Names.Form.StorageClass] = rules.StorageClass,

            // The uploader may set any type. AWS requires every field of the policy in the form, so the form has S3's default type.
            [SigV4Names.Form.ContentType] = SigV4Names.Form.DefaultContentType,
            [SigV4Names.Form.Algorithm] = SigV4Names.Algorithm,
            [SigV4Names.Form.Credential] = _key.Credential,
            [SigV4Names.Form.Date] = _timestamp,
        };
        if (_key.Credentials.SessionToken is { } token)
        {
            fields.Add(SigV4Names.Form.SecurityToken, token);
        }

        fields.Add(SigV4Names.Form.Policy, policy);
        fields.Add(SigV4Names.Form.Signature, Encoding.ASCII.GetString(signature));
        return fields;
    }

    private string Presign(
        ReadOnlySpan<byte> method,
        string? key,
        long seconds,
        in SignedHeaders headers,
        in S3Listing? listing,
        IReadOnlyList<S3Parameter>? parameters = null)
    {
        RequireLife(seconds);

        var list = listing.GetValueOrDefault();
        var request = new AsciiBuffer(
            FixedRoom + _endpoint.PathBytes.Length + _endpoint.HostBytes.Length + _key.QueryStart.Length + _key.QueryToken.Length
            + headers.Room
            + AsciiBuffer.RoomFor(key) + AsciiBuffer.RoomFor(list.Prefix) + AsciiBuffer.RoomFor(list.Delimiter)
            + AsciiBuffer.RoomFor(list.ContinuationToken) + AsciiBuffer.RoomFor(list.StartAfter)
            + (parameters?.Sum(one => AsciiBuffer.RoomFor(one.Name) + AsciiBuffer.RoomFor(one.Value) + 2) ?? 0));
        try
        {
            Span<byte> timestamp = stackalloc byte[TimestampLength];
            Encoding.ASCII.GetBytes(_timestamp, timestamp);

            request.Append(method);
            var path = request.Length;
            AppendPath(ref request, key);
            var pathEnd = request.Length;
            request.Append("\n"u8);
            var query = request.Length;
            AppendQuery(ref request, timestamp, seconds, headers, listing);
            AppendParameters(ref request, parameters);
            var queryEnd = request.Length;
            AppendHeaders(ref request, headers);

            Span<byte> signature = stackalloc byte[SigV4Names.SignatureLength];
            _key.Key.SignRequest(timestamp, request.Written, signature);

            var written = request.Written;
            return Join(_endpoint.Origin, written[path..pathEnd], written[query..queryEnd], signature);
        }
        finally
        {
            request.Dispose();
        }
    }

    private void AppendPath(ref AsciiBuffer request, string? key)
    {
        request.Append(_endpoint.PathBytes);
        if (key is not null)
        {
            request.Append("/"u8);
            request.AppendPath(key);
        }
        else if (_endpoint.PathBytes.IsEmpty)
        {
            request.Append("/"u8);
        }
    }

    private void AppendQuery(
        ref AsciiBuffer request, scoped ReadOnlySpan<byte> timestamp, long seconds, in SignedHeaders headers, in S3Listing? listing)
    {
        request.Append(_key.QueryStart);
        request.Append(timestamp);
        request.Append("&X-Amz-Expires="u8);
        request.Append(seconds);
        request.Append(_key.QueryToken);
        request.Append("&X-Amz-SignedHeaders="u8);
        AppendNames(ref request, headers, "%3B"u8, BarredQuery);
        if (listing is not { } list)
        {
            return;
        }

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

    private void AppendHeaders(ref AsciiBuffer request, in SignedHeaders headers)
    {
        var rules = headers.Rules;
        var hasEmptyLines = rules.Barred == BarredHeaders.Empty;
        if (rules.ContentLength is { } length)
        {
            request.Append("\ncontent-length:"u8);
            request.Append(length);
        }

        request.Append("\nhost:"u8);
        request.Append(_endpoint.HostBytes);
        request.Append(rules.IsWriteOnce ? "\nif-none-match:*"u8 : []);
        request.Append(hasEmptyLines ? EmptyBarredLines.Acl : []);
        AppendLine(ref request, "\nx-amz-checksum-sha256:"u8, rules.Checksum);
        AppendLine(ref request, "\nx-amz-content-sha256:"u8, rules.PayloadHash);
        request.Append(hasEmptyLines ? EmptyBarredLines.Others : []);
        foreach (var (name, value) in headers.Others ?? [])
        {
            request.Append("\n"u8);
            request.AppendAscii(name);
            request.Append(":"u8);
            request.AppendAscii(value);
        }

        request.Append("\n\n"u8);
        AppendNames(ref request, headers, ";"u8, BarredNames);
        request.Append("\n"u8);
        request.AppendAscii(rules.PayloadHash ?? SigV4Names.UnsignedPayload);
    }

    // Appends the names of all signed headers, in the order of their bytes.
    private static void AppendNames(ref AsciiBuffer request, in SignedHeaders headers, ReadOnlySpan<byte> separator, BarredText barred)
    {
        var rules = headers.Rules;
        var isBarred = rules.Barred != BarredHeaders.None;
        if (rules.ContentLength is not null)
        {
            request.Append("content-length"u8);
            request.Append(separator);
        }

        request.Append("host"u8);
        AppendName(ref request, separator, "if-none-match"u8, rules.IsWriteOnce);
        request.Append(isBarred ? barred.Acl : []);
        AppendName(ref request, separator, "x-amz-checksum-sha256"u8, rules.Checksum is not null);
        AppendName(ref request, separator, "x-amz-content-sha256"u8, rules.PayloadHash is not null);
        request.Append(isBarred ? barred.Others : []);
        foreach (var (name, _) in headers.Others ?? [])
        {
            request.Append(separator);
            request.AppendAscii(name);
        }
    }

    private static void AppendName(ref AsciiBuffer request, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> name, bool isSigned)
    {
        if (isSigned)
        {
            request.Append(separator);
            request.Append(name);
        }
    }

    private static void AppendLine(ref AsciiBuffer request, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            request.Append(name);
            request.AppendAscii(value);
        }
    }

    private static void AppendParameters(ref AsciiBuffer request, IReadOnlyList<S3Parameter>? parameters)
    {
        foreach (var (name, value) in parameters ?? [])
        {
            request.Append("&"u8);
            request.AppendAscii(name);
            request.AppendParameter("="u8, value);
        }
    }

    /// <summary>Signs the policy and returns it in base64. The signature covers the base64 text.</summary>
    private string SignPolicy(in PostPolicyRules rules, long seconds, Span<byte> signature)
    {
        var policy = PolicyBuffer.OfThisThread();
        WritePolicy(policy.Json, rules, seconds);
        policy.Json.Flush();

        var base64 = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(policy.Written.Length));
        try
        {
            Base64.EncodeToUtf8(policy.Written, base64, out _, out var length);
            _key.Key.Sign(base64.AsSpan(0, length), signature);
            return Encoding.ASCII.GetString(base64, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(base64);
        }
    }

    private void WritePolicy(Utf8JsonWriter json, in PostPolicyRules rules, long seconds)
    {
        json.WriteStartObject();
        json.WriteString(
            "expiration"u8,
            _moment.AddSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("conditions"u8);
        WriteExact(json, SigV4Names.Form.Bucket, _bucket);
        json.WriteStartArray();
        json.WriteStringValue(rules.IsWholeKey ? "eq"u8 : "starts-with"u8);
        json.WriteStringValue("$key"u8);
        WriteKey(json, rules.Key);
        json.WriteEndArray();
        json.WriteStartArray();
        json.WriteStringValue("content-length-range"u8);
        json.WriteNumberValue(rules.MinBytes);
        json.WriteNumberValue(rules.MaxBytes);
        json.WriteEndArray();
        WriteExact(json, SigV4Names.Form.Acl, rules.Acl);
        WriteExact(json, SigV4Names.Form.StorageClass, rules.StorageClass);
        json.WriteStartArray();
        json.WriteStringValue("starts-with"u8);
        json.WriteStringValue("$Content-Type"u8);
        json.WriteStringValue(""u8);
        json.WriteEndArray();
        WriteExact(json, SigV4Names.Form.Algorithm, SigV4Names.Algorithm);
        WriteExact(json, SigV4Names.Form.Credential, _key.Credential);
        WriteExact(json, SigV4Names.Form.Date, _timestamp);
        if (_key.Credentials.SessionToken is not null)
        {
            json.WriteStartObject();
            json.WriteString(SigV4Names.Form.SecurityToken, _key.PolicyToken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Writes characters beyond U+FFFF as plain UTF-8. The encoder would escape them as pairs of surrogates, which the Ceph gateway reads as
    // two characters.
    private static void WriteKey(Utf8JsonWriter json, string key)
    {
        if (!key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            json.WriteStringValue(key);
            return;
        }

        var text = new StringBuilder(key.Length + 2).Append('"');
        foreach (var rune in key.EnumerateRunes())
        {
            text.Append(rune.IsBmp ? DayKey.PolicyEncoder.Encode(rune.ToString()) : rune.ToString());
        }

        json.WriteRawValue(text.Append('"').ToString());
    }

    private static void WriteExact(Utf8JsonWriter json, string field, string value)
    {
        json.WriteStartObject();
        json.WriteString(field, value);
        json.WriteEndObject();
    }

    private static string Join(string origin, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> signature)
    {
        const string Signature = "&X-Amz-Signature=";

        var length = origin.Length + path.Length + 1 + query.Length + Signature.Length + signature.Length;
        return string.Create(length, new Parts(origin, path, query, signature), static (url, parts) =>
        {
            parts.Origin.CopyTo(url);
            url = url[parts.Origin.Length..];
            url = url[Encoding.ASCII.GetChars(parts.Path, url)..];
            url[0] = '?';
            url = url[1..];
            url = url[Encoding.ASCII.GetChars(parts.Query, url)..];
            Signature.CopyTo(url);
            Encoding.ASCII.GetChars(parts.Signature, url[Signature.Length..]);
        });
    }

    private static void RequireLife(long seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, SigV4Names.MaxExpirySeconds);
    }

    /// <summary>The headers that a presigned request signs besides <c>host</c>.</summary>
    private readonly record struct SignedHeaders(PutRules Rules, IReadOnlyList<S3Parameter>? Others = null)
    {
        internal int Room => (Others?.Sum(one => (3 * (one.Name.Length + 2)) + one.Value.Length) ?? 0)
            + (Rules.Barred == BarredHeaders.None ? 0 : BarredNames.Length + BarredQuery.Length + EmptyBarredLines.Length);
    }

    /// <summary>
    /// The headers that a URL forbids, as text. <c>x-amz-acl</c> is separate, because other signed headers, such as
    /// <c>x-amz-checksum-sha256</c>, sort between it and the others.
    /// </summary>
    private sealed class BarredText(Func<string, string> format)
    {
        internal byte[] Acl { get; } = Encoding.ASCII.GetBytes(format(SigV4Names.UploadHeaders[0]));

        internal byte[] Others { get; } = Encoding.ASCII.GetBytes(string.Concat(SigV4Names.UploadHeaders.Skip(1).Select(format)));

        internal int Length => Acl.Length + Others.Length;
    }

    private readonly ref struct Parts(string origin, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> signature)
    {
        internal readonly string Origin = origin;
        internal readonly ReadOnlySpan<byte> Path = path;
        internal readonly ReadOnlySpan<byte> Query = query;
        internal readonly ReadOnlySpan<byte> Signature = signature;
    }
}
