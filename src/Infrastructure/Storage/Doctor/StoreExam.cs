using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>One run of the doctor: sends the requests of its checks, and keeps what they have found so far.</summary>
internal sealed class StoreExam(
    ProbeClient http, StorageOptions options, StoreRoute route, SigningCredentials credentials, FolderLayout layout, TimeProvider time)
{
    private const long Seconds = 900;
    private const string Conditional = "conditional-";

    // The names below the probe folder of all objects that a check may create.
    private static readonly string[] OwnNames =
    [
        "target", PutProbe.MissingName, "acl", "checksum", "copy", "large", "multipart", "outside", PutProbe.PartName, "public",
        FormProbe.ForbiddenName,
    ];

    private static readonly byte[] OneByte = "a"u8.ToArray();
    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    internal StorageOptions Options => options;

    internal SigningCredentials Credentials => credentials;

    /// <summary>What the store can do, as far as it is known.</summary>
    internal StoreCapabilities Capabilities { get; set; } = new();

    /// <summary>Whether the keys may delete objects; null if unknown.</summary>
    internal bool? MayDelete { get; set; }

    /// <summary>Whether the bucket keeps old versions, or has kept them; null if unknown.</summary>
    internal bool? IsVersioned { get; set; }

    /// <summary>The prefixes below which miners' folders are, with readable names.</summary>
    internal IReadOnlyList<DiscoveryPrefix> DiscoveryPrefixes => layout.DiscoveryPrefixes;

    /// <summary>The same prefixes as text.</summary>
    internal IReadOnlyList<string> Prefixes { get; } = [.. layout.DiscoveryPrefixes.Select(root => root.Prefix)];

    /// <summary>The prefix of the doctor's own keys. No miner's folder can have it.</summary>
    internal string ProbePrefix => Prefixes[0] + PutProbe.Folder;

    /// <summary>
    /// A key that only this run of the doctor uses, because other instances of the server may run the same check at the same time.
    /// </summary>
    internal string ConditionalKey { get; } =
        $"{layout.DiscoveryPrefixes[0].Prefix}{PutProbe.Folder}{Conditional}{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    /// <summary>Sends a signed request without a body, to the server's endpoint.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="key">The object's key; null for the bucket.</param>
    /// <param name="query">The query parameters in the order of their names.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> SendAsync(
        HttpMethod method, string? key, IReadOnlyList<S3Parameter> query, CancellationToken cancellationToken) =>
        http.SendAsync(method, Sign(new S3Request(method.Method, key, query, [])), [], cancellationToken);

    /// <summary>Sends a signed request without a body but with signed headers, to the server's endpoint.</summary>
    internal Task<ProbeAnswer> SendAsync(S3Request request, CancellationToken cancellationToken) => http.SendAsync(
        new HttpMethod(request.Method), Sign(request), [.. request.Headers.Select(one => $"{one.Name}: {one.Value}")], cancellationToken);

    /// <summary>Uploads one byte by a signed PUT, to the server's endpoint.</summary>
    /// <param name="key">The object's key; null for the bucket.</param>
    /// <param name="query">The query parameters in the order of their names.</param>
    /// <param name="signed">The headers to sign, in the order of their names.</param>
    /// <param name="lines">Further header lines.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> PutAsync(
        string? key,
        IReadOnlyList<S3Parameter> query,
        IReadOnlyList<S3Parameter> signed,
        IReadOnlyList<string> lines,
        CancellationToken cancellationToken) => http.PutAsync(
            Sign(new S3Request("PUT", key, query, signed)),
            "a"u8.ToArray(),
            [.. signed.Select(one => $"{one.Name}: {one.Value}"), .. lines],
            isChunked: false,
            cancellationToken);

    /// <summary>Tries a signed PUT that the store must not keep, because its digest is wrong.</summary>
    /// <inheritdoc cref="PutAsync" path="/param"/>
    internal Task<ProbeAnswer> TryPutAsync(
        string key, IReadOnlyList<S3Parameter> signed, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        PutAsync(key, [], signed, [ProbeClient.WrongDigest, .. lines], cancellationToken);

    /// <summary>
    /// Announces a signed PUT of a length to the endpoint of clients, without sending it. Returns the answer if there is one before the
    /// body; null if the store waits for it.
    /// </summary>
    internal Task<ProbeAnswer?> AnnouncePutAsync(string key, long length, CancellationToken cancellationToken) => http.AnnouncePutAsync(
        route.ClientSigner.At(credentials, time.GetUtcNow()).PresignPut(key, Seconds), length, cancellationToken);

    /// <summary>
    /// Tries a presigned PUT like those of grants, at the endpoint of clients. The store must not keep what it uploads, because its digest
    /// is wrong.
    /// </summary>
    /// <param name="key">The object's key.</param>
    /// <param name="rules">What the URL signs.</param>
    /// <param name="lines">Further header lines.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> TryPutAsync(
        string key, in PutRules rules, IReadOnlyList<string> lines, CancellationToken cancellationToken) => http.PutAsync(
            route.ClientSigner.At(credentials, time.GetUtcNow()).PresignPut(key, Seconds, rules),
            OneByte,
            [ProbeClient.WrongDigest, .. lines],
            isChunked: false,
            cancellationToken);

    /// <summary>Completes a multipart upload, at the server's endpoint.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="uploadId">The store's id of the upload.</param>
    /// <param name="number">The number of its only part.</param>
    /// <param name="etag">The ETag of that part.</param>
    /// <param name="lines">Further header lines.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> CompleteAsync(
        string key, string uploadId, int number, string etag, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        http.PostAsync(
            Sign(new S3Request("POST", key, [new S3Parameter("uploadId", uploadId)], [])),
            new XElement(
                "CompleteMultipartUpload",
                new XElement("Part", new XElement("PartNumber", number), new XElement("ETag", etag)))
                .ToString(SaveOptions.DisableFormatting),
            lines,
            cancellationToken);

    /// <summary>Sends an upload form for a key with a file of any size, to the server's endpoint.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="size">The size of the file. The form's policy allows one of one byte or more.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> PostFormAsync(string key, int size, CancellationToken cancellationToken) => http.PostFileAsync(
        route.Service.BucketUrl,
        route.ServiceSigner.At(credentials, time.GetUtcNow())
            .SignPost(
                new PostPolicyRules(key, MinBytes: 1, MaxBytes: 1, UploadPolicy.Acl, UploadPolicy.StorageClass, IsWholeKey: true), Seconds)
            .ToDictionary(),
        size,
        cancellationToken);

    /// <summary>Deletes one object by the request that deletes many, at the server's endpoint.</summary>
    internal Task<ProbeAnswer> DeleteManyAsync(string key, CancellationToken cancellationToken)
    {
        var body = new XElement("Delete", new XElement("Object", new XElement("Key", key))).ToString(SaveOptions.DisableFormatting);
#pragma warning disable CA5351 // S3 requires this digest.
        var digest = Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5351
        return http.PostAsync(
            Sign(new S3Request("POST", null, [new S3Parameter("delete", "")], [])), body, [$"Content-MD5: {digest}"], cancellationToken);
    }

    /// <summary>Tries a signed PUT without a stated length, which the store must not keep.</summary>
    internal Task<ProbeAnswer> TryPutWithoutLengthAsync(string key, CancellationToken cancellationToken) =>
        http.PutAsync(
            Sign(new S3Request("PUT", key, [], [])), "a"u8.ToArray(), [ProbeClient.WrongDigest], isChunked: true, cancellationToken);

    /// <summary>Sends a request without a signature, as anyone can, to the endpoint of clients.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pathAndQuery">What follows the bucket's URL, percent-encoded.</param>
    /// <param name="lines">Header lines.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> SendUnsignedAsync(
        HttpMethod method, string pathAndQuery, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        http.SendAsync(method, UnsignedUrl(pathAndQuery), lines, cancellationToken);

    /// <summary>
    /// Sends the preflight request of a browser for an upload by PUT from a page of an origin. Swift recognizes a preflight request as one
    /// of S3 only if the URL is presigned.
    /// </summary>
    internal Task<ProbeAnswer> AskForPutAsync(string origin, CancellationToken cancellationToken) => http.SendAsync(
        HttpMethod.Options,
        route.ClientSigner.At(credentials, time.GetUtcNow()).Presign(new S3Request("PUT", ProbePrefix + "target", [], []), Seconds),
        [$"Origin: {origin}", "Access-Control-Request-Method: PUT"],
        cancellationToken);

    /// <summary>Tries an unsigned PUT that the store must not keep.</summary>
    internal Task<ProbeAnswer> TryUnsignedPutAsync(string pathAndQuery, CancellationToken cancellationToken) =>
        http.PutAsync(UnsignedUrl(pathAndQuery), "a"u8.ToArray(), [ProbeClient.WrongDigest], isChunked: false, cancellationToken);

    /// <summary>Lists keys of this or another bucket, at the server's endpoint.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="maxKeys">The maximum number of keys, 1 to 1,000.</param>
    /// <param name="bucket">Another bucket; null for this one.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> ListAsync(string prefix, int maxKeys, string? bucket, CancellationToken cancellationToken)
    {
        var signer = bucket is null
            ? route.ServiceSigner
            : new SigV4Signer(
                options.Endpoint is { } endpoint
                    ? S3Endpoint.Of(endpoint, bucket, route.Addressing)
                    : S3Endpoint.Aws(bucket, options.Region, S3Addressing.Path),
                bucket,
                options.Region);
        var url = signer.At(credentials, time.GetUtcNow()).PresignList(new S3Listing(prefix, MaxKeys: maxKeys), Seconds);
        return http.SendAsync(HttpMethod.Get, url, [], cancellationToken);
    }

    /// <summary>Lists the buckets of the account.</summary>
    internal Task<ProbeAnswer> ListBucketsAsync(CancellationToken cancellationToken)
    {
        var signer = new SigV4Signer(S3Endpoint.OfStore(options.Endpoint, options.Region), options.Bucket, options.Region);
        var url = signer.At(credentials, time.GetUtcNow()).Presign(new S3Request("GET", Key: null, [], []), Seconds);
        return http.SendAsync(HttpMethod.Get, url, [], cancellationToken);
    }

    /// <summary>Returns the first keys below a prefix.</summary>
    internal async Task<IReadOnlyList<string>> ListKeysAsync(string prefix, int maxKeys, CancellationToken cancellationToken)
    {
        var listing = await ListAsync(prefix, maxKeys, bucket: null, cancellationToken);
        return listing.Xml("ListBucketResult") is { } list
            ? [.. Values(list, "Key").Select(key => Uri.UnescapeDataString(key.Replace('+', ' ')))]
            : [];
    }

    /// <summary>
    /// Returns the keys in a probe folder that the checks have created. Skips all other keys, because a store may ignore the prefix of a
    /// listing and return miners' keys.
    /// </summary>
    internal async Task<IReadOnlyList<string>> ListOwnKeysAsync(string folder, CancellationToken cancellationToken) =>
    [
        .. (await ListKeysAsync(folder, maxKeys: 100, cancellationToken)).Where(key =>
            key.StartsWith(folder, StringComparison.Ordinal) && IsOwn(key[folder.Length..])),
    ];

    /// <summary>Deletes an object. Returns whether the store did.</summary>
    internal async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Delete, key, [], cancellationToken)).IsSuccess;

    /// <summary>Tests sessions with this exam's keys.</summary>
    internal Task<SessionFinding> AskSessionsAsync(SessionProbe probe, CancellationToken cancellationToken) =>
        probe.AskAsync(http, route, credentials, cancellationToken);

    /// <summary>Returns the texts of all elements of a name, whatever their namespace.</summary>
    internal static IEnumerable<string> Values(XElement document, string name) =>
        document.Descendants().Where(element => element.Name.LocalName == name).Select(element => element.Value);

    private static bool IsOwn(string name) => OwnNames.Contains(name, StringComparer.Ordinal)
        || (name.StartsWith(Conditional, StringComparison.Ordinal) && name.AsSpan(Conditional.Length).IndexOfAnyExcept(HexDigits) < 0);

    private string UnsignedUrl(string pathAndQuery)
    {
        var url = route.Clients.BucketUrl;
        return (pathAndQuery.StartsWith('/') ? url.TrimEnd('/') : url) + pathAndQuery;
    }

    private string Sign(S3Request request) => route.ServiceSigner.At(credentials, time.GetUtcNow()).Presign(request, Seconds);
}
