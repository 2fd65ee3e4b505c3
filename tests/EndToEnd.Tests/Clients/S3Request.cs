namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>
/// A request to an object store, as it goes over the wire. Immutable. Signed by the code of these tests, which shares nothing with the
/// product's.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Host">The <c>Host</c> header. It need not be the address that the request is sent to.</param>
/// <param name="Target">Path and query, percent-encoded.</param>
internal sealed record S3Request(string Method, string Host, string Target)
{
    private const string Date = "x-amz-date";
    private const string Payload = "x-amz-content-sha256";

    private static readonly string[] OfTheConnection =
        ["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Expect"];

    /// <summary>The headers except <c>Host</c>, and except those that say how the body is sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null if there is none, which is not the same as an empty one.</summary>
    public byte[]? Body { get; init; }

    /// <summary>True to send the body in chunks, without its length.</summary>
    public bool IsChunked { get; init; }

    public string Path => Target.Split('?', 2)[0];

    /// <summary>The query parameters as they are sent: encoded, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query =>
    [
        .. Target.Split('?', 2).Skip(1).SelectMany(query => query.Split('&', StringSplitOptions.RemoveEmptyEntries))
            .Select(part => part.Split('=', 2)).Select(part => KeyValuePair.Create(part[0], part.Length == 2 ? part[1] : "")),
    ];

    /// <summary>A request on an object of a bucket in path style, or on the bucket itself if the key is empty.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key, not encoded.</param>
    /// <param name="query">The query, encoded, without its question mark.</param>
    /// <param name="body">The body, if there is one.</param>
    public static S3Request Of(string method, Bucket bucket, string key = "", string query = "", byte[]? body = null) => new(
        method,
        bucket.Endpoint.Authority,
        $"/{bucket.Name}{(key.Length > 0 ? "/" : "")}{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}"
            + (query.Length > 0 ? "?" + query : ""))
    {
        Body = body,
    };

    /// <summary>The request of a presigned URL.</summary>
    public static S3Request Of(string method, string url, byte[]? body = null)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = url.IndexOf('/', start);
        return new S3Request(method, url[start..path], url[path..]) { Body = body };
    }

    /// <summary>The values of a header, joined as HTTP joins them; null if there is none.</summary>
    public string? Header(string name) => name.ToLowerInvariant() switch
    {
        "host" => Host,
        "content-length" when Body is not null && !IsChunked => Body.Length.ToString(CultureInfo.InvariantCulture),
        _ => Headers.Where(one => Is(one, name)).Select(one => one.Value.Trim()).ToList() is { Count: > 0 } values
            ? string.Join(',', values)
            : null,
    };

    /// <summary>The value of a query parameter, decoded; null if there is none.</summary>
    public string? Parameter(string name) => Query
        .Where(one => one.Key.Equals(name, StringComparison.Ordinal)).Select(one => Uri.UnescapeDataString(one.Value)).FirstOrDefault();

    public S3Request With(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };

    public S3Request Without(string header) => this with { Headers = [.. Headers.Where(one => !Is(one, header))] };

    /// <summary>
    /// Signs it in its <c>Authorization</c> header, with every <c>x-amz-</c> header that it has. A signature that it had is removed, in
    /// header or query.
    /// </summary>
    public S3Request Sign(AccessKeys keys, string region, DateTimeOffset? at = null)
    {
        var query = Query.Where(one => !S3Signature.Parameters.Contains(one.Key, StringComparer.Ordinal)).Select(
            one => one.Value.Length > 0 ? $"{one.Key}={one.Value}" : one.Key);
        var path = Path;
        var bare = Without("Authorization").Without(Date).Without(Payload).Without("x-amz-security-token") with
        {
            Target = string.Join('&', query) is { Length: > 0 } left ? $"{path}?{left}" : path,
        };
        var timestamp = S3Signature.Timestamp(at ?? DateTimeOffset.UtcNow);
        var dated = bare.With(Date, timestamp).With(Payload, S3Signature.Unsigned);
        string[] names =
        [
            "host",
            .. dated.Headers.Select(one => one.Key.ToLowerInvariant()).Where(
                name => name.StartsWith("x-amz-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        var signature = new S3Signature(keys.Id, region, timestamp, names, S3Signature.Unsigned);
        return dated.With("Authorization", signature.AuthorizationOf(dated, keys));
    }

    /// <summary>Signs it in its query, with <c>host</c> and these headers. Signs a missing header as the store reads it.</summary>
    public S3Request Presign(
        AccessKeys keys,
        string region,
        IEnumerable<string>? headers = null,
        MissingHeaders missing = MissingHeaders.LeftOut,
        DateTimeOffset? at = null)
    {
        string[] names = [.. (headers ?? []).Append("host").Order(StringComparer.Ordinal)];
        var signature = new S3Signature(
            keys.Id, region, S3Signature.Timestamp(at ?? DateTimeOffset.UtcNow), names, S3Signature.Unsigned, Expires: 900);
        return signature.AddTo(this, keys, missing);
    }

    /// <summary>Sends it to the host that it names.</summary>
    public Task<S3Answer> SendAsync() => SendAsync(new Uri("http://" + Host));

    /// <summary>Sends it to this address, whatever host it names.</summary>
    public async Task<S3Answer> SendAsync(Uri address)
    {
        // The path of a key such as "a/../b" must not be changed on its way.
        var asIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(
            new HttpMethod(Method), new Uri(address.GetLeftPart(UriPartial.Authority) + Target, asIs));
        request.Headers.Host = Host;
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            request.Headers.TransferEncodingChunked = IsChunked;
        }

        foreach (var (name, value) in Headers.Where(one => !OfTheConnection.Contains(one.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await TestRun.Current.Http.SendAsync(request);
        return new S3Answer(
            answer.StatusCode,
            [
                .. answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated).SelectMany(
                    header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))),
            ],
            await answer.Content.ReadAsByteArrayAsync());
    }

    private static bool Is(KeyValuePair<string, string> header, string name) =>
        header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
