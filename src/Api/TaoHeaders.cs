using System.Security.Cryptography;

namespace S3Auth.Api;

/// <summary>
/// Reads the proof in the headers of a request (Tao v2). A request has either none of these headers, or all of them, each once and
/// well-formed. Any other request is refused.
/// </summary>
internal static class TaoHeaders
{
    internal const string Version = "X-Tao-Version";
    internal const string Timestamp = "X-Tao-Timestamp";
    internal const string Nonce = "X-Tao-Nonce";
    internal const string SignedBy = "X-Tao-Signed-By";
    internal const string Signature = "X-Tao-Signature";

    /// <summary>The only supported version.</summary>
    internal const string SupportedVersion = "2";

    /// <summary>The names of all headers.</summary>
    internal static readonly IReadOnlyList<string> Names = [Version, Timestamp, Nonce, SignedBy, Signature];

    /// <summary>Reads the proof.</summary>
    /// <param name="headers">The headers of the request.</param>
    /// <param name="body">The body of the request, with every byte as it was received.</param>
    /// <returns>The proof, not verified yet; null if the request has none of the headers.</returns>
    /// <exception cref="RefusedException"><c>invalid_request</c>: what is wrong with each header.</exception>
    internal static TaoProof? Read(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (!HasAny(headers))
        {
            return null;
        }

        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var version = SingleValue(headers, Version);
        var timestampText = SingleValue(headers, Timestamp);
        var nonceText = SingleValue(headers, Nonce);
        if (version != SupportedVersion)
        {
            problems.Add(Version, [$"Send {Version} once: {SupportedVersion}."]);
        }

        if (!long.TryParse(timestampText, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || timestamp.ToString(CultureInfo.InvariantCulture) != timestampText)
        {
            problems.Add(Timestamp, [$"Send {Timestamp} once: the Unix time in milliseconds, in digits."]);
        }

        if (!Guid.TryParseExact(nonceText, "D", out var nonce) && !Guid.TryParseExact(nonceText, "N", out nonce))
        {
            problems.Add(Nonce, [$"Send {Nonce} once: a new UUID for each request."]);
        }

        if (!Ss58.TryDecode(SingleValue(headers, SignedBy), out var signedBy, out var error))
        {
            problems.Add(
                SignedBy, [$"Send {SignedBy} once, the SS58 address of the hotkey that signs: {Sentence.Continued(error.Describe())}"]);
        }

        var signatureText = SingleValue(headers, Signature);
        if (!Sr25519Signature.TryParseBase64(signatureText, out var signature)
            && !Sr25519Signature.TryParseHex(signatureText, out signature))
        {
            problems.Add(Signature, [$"Send {Signature} once: the 64 bytes of the sr25519 signature in base64 or hex."]);
        }

        return problems.Count == 0
            ? new TaoProof(signedBy, nonce, timestamp, signature, TaoMessage.Of(SHA256.HashData(body), nonceText!, timestamp))
            : throw Refuse(problems);
    }

    /// <summary>Returns whether the request has any of the headers.</summary>
    internal static bool HasAny(IHeaderDictionary headers)
    {
        foreach (var name in Names)
        {
            if (headers.ContainsKey(name))
            {
                return true;
            }
        }

        return false;
    }

    // A repeated header counts as missing: this server and a proxy in front of it could use different ones.
    private static string? SingleValue(IHeaderDictionary headers, string name) => headers[name] is [{ } one] ? one : null;

    private static RefusedException Refuse(Dictionary<string, string[]> problems) => new(
        RefusalCode.InvalidRequest,
        problems.Count == 1 ? problems.Values.First()[0] : $"Correct these headers of the request: {string.Join(", ", problems.Keys)}.",
        problems);
}
