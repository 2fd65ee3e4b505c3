using System.Security.Cryptography;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>
/// Signature Version 4 of a client, written from the specification and independent of <c>src/S3</c>. It can also sign requests
/// that no honest client would send.
/// </summary>
internal sealed record TestSigner
{
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public required DateTimeOffset When { get; init; }

    public string AccessKey { get; init; } = RunningStore.AccessKey;

    public string SecretKey { get; init; } = RunningStore.SecretKey;

    public string Region { get; init; } = RunningStore.Region;

    public string Service { get; init; } = "s3";

    public string? Day { get; init; }

    /// <summary>Signed headers besides the request's own x-amz- headers; normally host.</summary>
    public string[] AlsoSigned { get; init; } = ["host"];

    /// <summary>Whether signed headers that the request does not have are missing from what is signed, instead of empty.</summary>
    public bool OmitsMissing { get; init; }

    public string Timestamp => When.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public string Scope => $"{Day ?? Timestamp[..8]}/{Region}/{Service}/aws4_request";

    public string Credential => $"{AccessKey}/{Scope}";

    public static string Hash(byte[] body) => Convert.ToHexStringLower(SHA256.HashData(body));

    public static string Encode(string text) => Uri.EscapeDataString(text);

    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Key(), Encoding.UTF8.GetBytes(text)));

    /// <summary>Signs in the Authorization header.</summary>
    public RawRequest Authorize(RawRequest request, string? payloadHash = null)
    {
        request.With("x-amz-date", Timestamp).With("x-amz-content-sha256", payloadHash ?? Hash(request.Body));
        var signedHeaders = SignedHeaders(request);
        var signature = SignCanonical(request, signedHeaders, payloadHash ?? Hash(request.Body));
        return request.With(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={Credential}, SignedHeaders={string.Join(';', signedHeaders)}, Signature={signature}");
    }

    /// <summary>The signature that <see cref="Authorize"/> put into the request.</summary>
    public static string SignatureOf(RawRequest request) => request.Headers.Single(header => header.Name is "Authorization").Value[^64..];

    /// <summary>Signs in the query.</summary>
    public RawRequest Presign(RawRequest request, string expires = "3600", string payloadHash = "UNSIGNED-PAYLOAD")
    {
        var signedHeaders = SignedHeaders(request);
        request.Target += (request.Target.Contains('?', StringComparison.Ordinal) ? "&" : "?")
            + $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Encode(Credential)}&X-Amz-Date={Timestamp}"
            + $"&X-Amz-Expires={expires}&X-Amz-SignedHeaders={Encode(string.Join(';', signedHeaders))}";
        request.Target += $"&X-Amz-Signature={SignCanonical(request, signedHeaders, payloadHash)}";
        return request;
    }

    private string SignCanonical(RawRequest request, string[] signedHeaders, string payloadHash)
    {
        var question = request.Target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? request.Target : request.Target[..question];
        var query = (question < 0 ? "" : request.Target[(question + 1)..]).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Contains('=', StringComparison.Ordinal) ? part : part + "=")
            .Order(StringComparer.Ordinal);
        var present = signedHeaders.Where(name => !OmitsMissing || request.Has(name));
        var headers = present.Select(name => name + ":" + string.Join(',', request.Headers
            .Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value.Trim())) + "\n");
        var canonical = $"{request.Method}\n{path}\n{string.Join('&', query)}\n"
            + $"{string.Concat(headers)}\n{string.Join(';', signedHeaders)}\n{payloadHash}";
        return Sign($"AWS4-HMAC-SHA256\n{Timestamp}\n{Scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}");
    }

    private string[] SignedHeaders(RawRequest request) => request.Headers
        .Select(header => header.Name.ToLowerInvariant())
        .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))
        .Concat(AlsoSigned)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)
        .ToArray();

    private byte[] Key() => new[] { Day ?? Timestamp[..8], Region, Service, "aws4_request" }
        .Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretKey), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
}
