using System.Buffers.Text;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Signs temporary credentials for Cloudflare R2: a JSON Web Token (HS256) with the bucket, the prefixes and the actions, signed with the
/// secret of this server's key. R2 has no session policies and no names of sessions. Specification: "Temporary credentials: Locally
/// (client-side signing)", Cloudflare R2 documentation; RFC 7515 and 7519.
/// </summary>
internal sealed class R2SessionSource(StorageOptions storage, TimeProvider time) : ISessionSource
{
    private const string TokenPrefix = "jwt/";
    private const string Domain = ".r2.cloudflarestorage.com";

    // The actions of R2 that match those of SessionPolicy: no deletion and no copy. An upload in parts needs the last five.
    private static readonly string[] ReadActions = ["GetObject", "HeadObject", "ListObjectsV1", "ListObjectsV2"];
    private static readonly string[] WriteActions =
    [
        .. ReadActions, "PutObject", "CreateMultipartUpload", "UploadPart", "AbortMultipartUpload", "CompleteMultipartUpload", "ListParts",
    ];

    private static readonly byte[] Header = """{"alg":"HS256","typ":"JWT"}"""u8.ToArray();

    public SessionMode Mode => SessionMode.R2;

    /// <summary>Whether an endpoint is one of Cloudflare R2.</summary>
    internal static bool IsR2(Uri? endpoint) =>
        endpoint is { Scheme: "https", AbsolutePath: "/" } && endpoint.Host.EndsWith(Domain, StringComparison.Ordinal)
        && endpoint.Host.Length > Domain.Length;

    // R2 documents no limit on the length of the token.
    public bool CanIssue(SessionRequest request) => true;

    public Task<Session> IssueAsync(
        SigningCredentials keys, SessionRequest request, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (keys.SessionToken is not null)
        {
            throw new SessionSourceException(
                SessionSourceException.Kind.Refused,
                "this server's own keys are temporary, and R2 derives temporary credentials only from lasting keys.",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to an R2 API token, without AWS_SESSION_TOKEN.");
        }

        var start = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var end = start + duration;
        var token = Sign($"{Base64Url.EncodeToString(Header)}.{Base64Url.EncodeToString(Claims(keys, request, start, end))}", keys);
        return Task.FromResult(new Session(
            keys.AccessKey,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))),
            Convert.ToBase64String(Encoding.ASCII.GetBytes(TokenPrefix + token)),
            start,
            end));
    }

    // Only the secret of an API token signs sessions.
    public Task<bool?> IssuesUnlimitedAsync(SigningCredentials session, CancellationToken cancellationToken) =>
        Task.FromResult<bool?>(false);

    // R2 ends the sessions of a key that the operator revokes or rolls. A rolled key has the same id and another secret.
    public bool IsCurrent(Session session, SigningCredentials? keys)
    {
        if (keys is null || !string.Equals(session.AccessKeyId, keys.AccessKey, StringComparison.Ordinal))
        {
            return false;
        }

        var token = Encoding.ASCII.GetString(Convert.FromBase64String(session.SessionToken))[TokenPrefix.Length..];
        return Sign(token[..token.LastIndexOf('.')], keys) == token;
    }

    private static string Sign(string unsigned, SigningCredentials keys)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(keys.SecretKey), Encoding.ASCII.GetBytes(unsigned));
        return $"{unsigned}.{Base64Url.EncodeToString(signature)}";
    }

    private byte[] Claims(SigningCredentials keys, SessionRequest request, DateTimeOffset start, DateTimeOffset end)
    {
        var endpoint = storage.Endpoint!;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("bucket", storage.Bucket);
            WriteArray(json, "actions", request.MayWrite ? WriteActions : ReadActions);

            // Without paths, a session has the whole bucket.
            if (request.Prefixes.All(prefix => prefix.Length > 0))
            {
                json.WriteStartObject("paths");
                WriteArray(json, "prefixPaths", request.Prefixes);
                WriteArray(json, "objectPaths", []);
                json.WriteEndObject();
            }

            json.WriteString("sub", endpoint.Host[..endpoint.Host.IndexOf('.', StringComparison.Ordinal)]);
            json.WriteString("iss", keys.AccessKey);
            json.WriteString("aud", endpoint.Authority);
            json.WriteNumber("iat", start.ToUnixTimeSeconds());
            json.WriteNumber("exp", end.ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
