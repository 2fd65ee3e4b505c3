using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// Signs requests that are all dated one moment, with one set of credentials. Immutable. Every life is in seconds, from that
/// moment on, 1 to 604,800 (seven days), else <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
/// <remarks>
/// A presigned URL's query stands in its canonical order (by the bytes of the names), so that what is signed is what is sent:
/// the parameters S3 defines in lower case come after its <c>X-Amz-…</c>, and the signature last.
/// </remarks>
public sealed class SigV4Moment
{
    private const int TimestampLength = 16;

    // Everything in a canonical request but path, host, credential, token and listing: about 200 characters.
    private const int FixedRoom = 512;

    // The names of headers as a signature lists them, in the canonical request and in the query.
    private static readonly byte[] BarredNames =
        Encoding.ASCII.GetBytes(string.Concat(SigV4Names.UploadHeaders.Select(name => ";" + name)));
    private static readonly byte[] BarredQuery =
        Encoding.ASCII.GetBytes(string.Concat(SigV4Names.UploadHeaders.Select(name => "%3B" + name)));

    // The same headers as lines of the canonical request, each with an empty value.
    private static readonly byte[] EmptyBarredLines =
        Encoding.ASCII.GetBytes(string.Concat(SigV4Names.UploadHeaders.Select(name => "\n" + name + ":")));

    private readonly S3Endpoint _endpoint;
    private readonly string _bucket;
    private readonly DayKey _key;
    private readonly DateTimeOffset _moment;
    private readonly string _timestamp;

    internal SigV4Moment(S3Endpoint endpoint, string bucket, DayKey key, DateTimeOffset moment)
    {
        _endpoint = endpoint;
        _bucket = bucket;
        _key = key;
        _moment = moment;
        _timestamp = moment.UtcDateTime.ToString(SigV4Names.TimestampFormat, CultureInfo.InvariantCulture);
    }

    /// <summary>A URL that downloads an object.</summary>
    /// <param name="key">The object's key, literally: nothing in it is normalised.</param>
    /// <param name="seconds">How long the URL works.</param>
    public string PresignGet(string key, long seconds)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Presign("GET\n"u8, key, seconds, default, listing: null);
    }

    /// <summary>A URL that uploads an object.</summary>
    /// <param name="key">The object's key, literally: nothing in it is normalised.</param>
    /// <param name="seconds">How long the URL works.</param>
    /// <param name="contentLength">The only length the upload may have, in bytes; null for any.</param>
    /// <param name="barred">How the URL names the headers that the upload must not have; a store that does not expect this refuses the
    /// URL.</param>
    public string PresignPut(string key, long seconds, long? contentLength = null, BarredHeaders barred = BarredHeaders.None)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (contentLength is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(contentLength));
        }

        return Presign("PUT\n"u8, key, seconds, new SignedHeaders(contentLength, barred), listing: null);
    }

    /// <summary>A URL that copies an object. Never handed out: it shows how the store answers an allowed copy.</summary>
    /// <param name="key">The copy's key, literally.</param>
    /// <param name="source">The value of <c>x-amz-copy-source</c>, which must be sent as it is.</param>
    /// <param name="seconds">How long the URL works.</param>
    internal string PresignCopy(string key, string source, long seconds)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentException.ThrowIfNullOrEmpty(source);
        return Presign("PUT\n"u8, key, seconds, new SignedHeaders(CopySource: source), listing: null);
    }

    /// <summary>
    /// A URL that lists (ListObjectsV2) what <paramref name="listing"/> says and nothing else. The names in the answer are percent-encoded
    /// (<c>encoding-type=url</c>): XML 1.0 has no way to write most control characters, so that one such key would make the whole page
    /// unreadable.
    /// </summary>
    /// <param name="listing">What is listed.</param>
    /// <param name="seconds">How long the URL works.</param>
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
    /// The fields of a POST form that uploads as <paramref name="rules"/> say: one object, or any number below a folder. Every field
    /// but the file is bound by the signed policy.
    /// </summary>
    /// <param name="rules">What may be uploaded.</param>
    /// <param name="seconds">How long the form works.</param>
    /// <returns>The fields in the order a form sends them; <c>key</c> ends with <c>${filename}</c> where it is a folder's.</returns>
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

    private string Presign(ReadOnlySpan<byte> method, string? key, long seconds, in SignedHeaders headers, in S3Listing? listing)
    {
        RequireLife(seconds);

        var list = listing.GetValueOrDefault();
        var request = new AsciiBuffer(
            FixedRoom + _endpoint.PathBytes.Length + _endpoint.HostBytes.Length + _key.QueryStart.Length + _key.QueryToken.Length
            + headers.Room
            + AsciiBuffer.RoomFor(key) + AsciiBuffer.RoomFor(list.Prefix) + AsciiBuffer.RoomFor(list.Delimiter)
            + AsciiBuffer.RoomFor(list.ContinuationToken) + AsciiBuffer.RoomFor(list.StartAfter));
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
        request.Append(headers.ContentLength is null ? "&X-Amz-SignedHeaders=host"u8 : "&X-Amz-SignedHeaders=content-length%3Bhost"u8);
        request.Append(headers.Barred == BarredHeaders.None ? [] : BarredQuery);
        request.Append(headers.CopySource is null ? [] : "%3Bx-amz-copy-source"u8);
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
        if (headers.ContentLength is { } length)
        {
            request.Append("\ncontent-length:"u8);
            request.Append(length);
        }

        request.Append("\nhost:"u8);
        request.Append(_endpoint.HostBytes);
        request.Append(headers.Barred == BarredHeaders.Empty ? EmptyBarredLines : []);
        if (headers.CopySource is { } source)
        {
            request.Append("\nx-amz-copy-source:"u8);
            request.AppendAscii(source);
        }

        request.Append(headers.ContentLength is null ? "\n\nhost"u8 : "\n\ncontent-length;host"u8);
        request.Append(headers.Barred == BarredHeaders.None ? [] : BarredNames);
        request.Append(headers.CopySource is null ? [] : ";x-amz-copy-source"u8);
        request.Append("\nUNSIGNED-PAYLOAD"u8);
    }

    /// <summary>The policy in base64, which is what is signed.</summary>
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

    // The encoder escapes characters beyond the first 65,536 as pairs of surrogates, each of which Ceph's gateway takes for a character
    // of its own; in plain UTF-8 every store reads them.
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

    /// <summary>What a presigned request signs besides <c>host</c>.</summary>
    private readonly record struct SignedHeaders(
        long? ContentLength = null,
        BarredHeaders Barred = BarredHeaders.None,
        string? CopySource = null)
    {
        internal int Room => (Barred == BarredHeaders.None ? 0 : BarredNames.Length + BarredQuery.Length + EmptyBarredLines.Length) + (
            CopySource?.Length ?? 0);
    }

    private readonly ref struct Parts(string origin, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> signature)
    {
        internal readonly string Origin = origin;
        internal readonly ReadOnlySpan<byte> Path = path;
        internal readonly ReadOnlySpan<byte> Query = query;
        internal readonly ReadOnlySpan<byte> Signature = signature;
    }
}
