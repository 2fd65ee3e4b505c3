namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>
/// The signature of a request, in a header or in the query. Specification: "Authenticating Requests (AWS
/// Signature Version 4)", Amazon S3 API Reference.
/// </summary>
/// <param name="KeyId">The access key's id.</param>
/// <param name="Region">The region of the credential scope.</param>
/// <param name="Moment">The time of the request, <c>yyyyMMddTHHmmssZ</c>.</param>
/// <param name="Names">The signed headers.</param>
/// <param name="Payload">The hash of the body, or a name in its place.</param>
/// <param name="Expires">The lifetime of a presigned URL in seconds; null if the signature is in a header.</param>
/// <param name="Value">The signature in hex, as received.</param>
internal sealed record S3Signature(
    string KeyId, string Region, string Moment, IReadOnlyList<string> Names, string Payload, int? Expires = null, string Value = "")
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The query parameters of a presigned URL.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
    [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ];

    public DateTimeOffset At => DateTimeOffset.ParseExact(Moment, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private string Scope => $"{Moment[..8]}/{Region}/s3/aws4_request";

    public static string Timestamp(DateTimeOffset moment) => moment.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads the signature of a request. Null if it has none, or one of another kind.</summary>
    public static S3Signature? Of(S3Request request)
    {
        if (request.Parameter("X-Amz-Signature") is { } value)
        {
            return Of(
                request.Parameter("X-Amz-Credential"),
                request.Parameter("X-Amz-Date"),
                request.Parameter("X-Amz-SignedHeaders"),
                Unsigned,
                int.Parse(request.Parameter("X-Amz-Expires") ?? "0", CultureInfo.InvariantCulture),
                value);
        }

        if (request.Header("Authorization") is not { } header || !header.StartsWith(Algorithm, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        return Of(
            parts.GetValueOrDefault("Credential"),
            request.Header("x-amz-date"),
            parts.GetValueOrDefault("SignedHeaders"),
            request.Header("x-amz-content-sha256") ?? Unsigned,
            expires: null,
            parts.GetValueOrDefault("Signature") ?? "");
    }

    /// <summary>True if the signature matches the request with these keys, for this reading of missing headers.</summary>
    public bool Matches(S3Request request, AccessKeys keys, MissingHeaders missing) =>
        Matches(request, keys, name => request.Header(name) ?? (missing == MissingHeaders.Empty ? "" : null));

    /// <summary>True if the signature matches. The function returns the value of each signed header, or null to omit it.</summary>
    public bool Matches(S3Request request, AccessKeys keys, Func<string, string?> valueOf) =>
        KeyId == keys.Id && Value == Sign(request, keys, valueOf);

    /// <summary>The value of the <c>Authorization</c> header of a request that has all the signed headers.</summary>
    public string AuthorizationOf(S3Request request, AccessKeys keys) =>
        $"{Algorithm} Credential={KeyId}/{Scope}, SignedHeaders={string.Join(';', Names)}, Signature={Sign(request, keys, request.Header)}";

    /// <summary>The request with this signature in its query.</summary>
    public S3Request AddTo(S3Request request, AccessKeys keys, MissingHeaders missing)
    {
        (string Name, string Value)[] added =
        [
            ("X-Amz-Algorithm", Algorithm), ("X-Amz-Credential", $"{KeyId}/{Scope}"), ("X-Amz-Date", Moment),
            ("X-Amz-Expires", string.Create(CultureInfo.InvariantCulture, $"{Expires}")), ("X-Amz-SignedHeaders", string.Join(';', Names)),
        ];
        var query = string.Join('&', added.Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));
        var separator = request.Target.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var presigned = request with { Target = $"{request.Target}{separator}{query}" };
        var value = Sign(presigned, keys, name => request.Header(name) ?? (missing == MissingHeaders.Empty ? "" : null));
        return presigned with { Target = $"{presigned.Target}&X-Amz-Signature={value}" };
    }

    /// <summary>The fields of an upload form whose policy allows any key, and any size up to a megabyte.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> FieldsOf(Bucket bucket, string key)
    {
        var credential = $"{KeyId}/{Scope}";
        var policy = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new
        {
            expiration = At.AddSeconds(Expires ?? 0).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            conditions = new object[]
            {
                new { bucket = bucket.Name },
                new[] { "starts-with", "$key", "" },
                new object[] { "content-length-range", 0, 1_000_000 },
                new Dictionary<string, string>(StringComparer.Ordinal) { ["x-amz-algorithm"] = Algorithm },
                new Dictionary<string, string>(StringComparer.Ordinal) { ["x-amz-credential"] = credential },
                new Dictionary<string, string>(StringComparer.Ordinal) { ["x-amz-date"] = Moment },
            },
        }));
        return
        [
            KeyValuePair.Create("key", key), KeyValuePair.Create("x-amz-algorithm", Algorithm),
            KeyValuePair.Create("x-amz-credential", credential), KeyValuePair.Create("x-amz-date", Moment),
            KeyValuePair.Create("policy", policy), KeyValuePair.Create("x-amz-signature", Sign(policy, bucket.Keys)),
        ];
    }

    private static S3Signature? Of(string? credential, string? moment, string? names, string payload, int? expires, string value) =>
        credential?.Split('/') is [var id, _, var region, "s3", "aws4_request"] && moment is { Length: 16 } && names is not null
            ? new S3Signature(id, region, moment, names.Split(';'), payload, expires, value)
            : null;

    private string Sign(S3Request request, AccessKeys keys, Func<string, string?> valueOf)
    {
        var query = request.Query.Where(one => one.Key != "X-Amz-Signature").OrderBy(one => one.Key, StringComparer.Ordinal)
            .ThenBy(one => one.Value, StringComparer.Ordinal).Select(
                one => $"{one.Key}={Uri.EscapeDataString(Uri.UnescapeDataString(one.Value))}");
        var lines = Names.Select(name => (Name: name, Value: valueOf(name))).Where(one => one.Value is not null).Select(
            one => $"{one.Name}:{one.Value}\n");
        var canonical =
            $"{request.Method}\n{request.Path}\n{string.Join('&', query)}\n{string.Concat(lines)}\n{string.Join(';', Names)}\n{Payload}";
        return Sign(
            $"{Algorithm}\n{Moment}\n{Scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}", keys);
    }

    private string Sign(string text, AccessKeys keys)
    {
        var key = ((string[])[Moment[..8], Region, "s3", "aws4_request"]).Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + keys.Secret), (one, part) => HMACSHA256.HashData(one, Encoding.UTF8.GetBytes(part)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
