using System.Security.Cryptography;

namespace S3Auth.Api;

/// <summary>
/// Reads the proof that a request carries in its headers (Tao v2). A request without any of them has none; one with some of them
/// has all of them, each once and well-formed, or is refused.
/// </summary>
internal static class TaoHeaders
{
    internal const string Version = "X-Tao-Version";
    internal const string Timestamp = "X-Tao-Timestamp";
    internal const string Nonce = "X-Tao-Nonce";
    internal const string SignedBy = "X-Tao-Signed-By";
    internal const string Signature = "X-Tao-Signature";

    /// <summary>The only version spoken here.</summary>
    internal const string SpokenVersion = "2";

    /// <summary>All of them.</summary>
    internal static readonly IReadOnlyList<string> Names = [Version, Timestamp, Nonce, SignedBy, Signature];

    /// <param name="headers">The request's headers.</param>
    /// <param name="body">The request's body, every byte as it was received.</param>
    /// <returns>The proof, not verified yet; null where there is none.</returns>
    /// <exception cref="RefusedException"><c>invalid_request</c>: what is wrong with each header.</exception>
    internal static TaoProof? Read(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (!HasAny(headers))
        {
            return null;
        }

        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var version = One(headers, Version);
        var timestampText = One(headers, Timestamp);
        var nonceText = One(headers, Nonce);
        if (version != SpokenVersion)
        {
            problems.Add(Version, [$"Send {Version} once: {SpokenVersion}."]);
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

        if (!Ss58.TryDecode(One(headers, SignedBy), out var signedBy, out var error))
        {
            problems.Add(SignedBy, [$"Send {SignedBy} once, the SS58 address of the hotkey that signs: {Sentence.Continued(error.Describe())}"]);
        }

        var signatureText = One(headers, Signature);
        if (!Sr25519Signature.TryParseBase64(signatureText, out var signature) && !Sr25519Signature.TryParseHex(signatureText, out signature))
        {
            problems.Add(Signature, [$"Send {Signature} once: the 64 bytes of the sr25519 signature in base64 or hex."]);
        }

        return problems.Count == 0
            ? new TaoProof(signedBy, nonce, timestamp, signature, TaoMessage.Of(SHA256.HashData(body), nonceText!, timestamp))
            : throw Refuse(problems);
    }

    /// <summary>Whether the request carries a Tao v2 proof, or a part of one.</summary>
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

    // A header that came twice is none: this server and a proxy before it must not see two different requests.
    private static string? One(IHeaderDictionary headers, string name) => headers[name] is [{ } one] ? one : null;

    private static RefusedException Refuse(Dictionary<string, string[]> problems) => new(
        RefusalCode.InvalidRequest,
        problems.Count == 1 ? problems.Values.First()[0] : $"Correct these headers of the request: {string.Join(", ", problems.Keys)}.",
        problems);
}
