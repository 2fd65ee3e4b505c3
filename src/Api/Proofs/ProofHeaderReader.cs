using System.Security.Cryptography;

namespace S3Auth.Api.Proofs;

/// <summary>
/// Reads the proofs in the headers of a request: Tao v2, Epistula v2, or both. Of each kind a request has either no header, or all required
/// ones, each once and well-formed. Any other request is refused.
/// </summary>
internal static class ProofHeaderReader
{
    /// <summary>The names of all headers of proofs.</summary>
    internal static readonly IReadOnlyList<string> Names = [.. ProofHeaders.All.SelectMany(kind => kind.Names)];

    /// <summary>Reads the proofs.</summary>
    /// <param name="headers">The headers of the request.</param>
    /// <param name="body">The body of the request, with every byte as it was received.</param>
    /// <returns>The proofs, not verified yet, at most one of each kind.</returns>
    /// <exception cref="RefusedException"><c>invalid_request</c>: what is wrong with each header.</exception>
    internal static IReadOnlyList<HeaderProof> Read(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (!HasAny(headers))
        {
            return [];
        }

        var hash = SHA256.HashData(body);
        var proofs = new List<HeaderProof>();
        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var kind in ProofHeaders.All)
        {
            if (HasAny(headers, kind.Names) && Read(kind, headers, hash, problems) is { } proof)
            {
                proofs.Add(proof);
            }
        }

        return problems.Count == 0 ? proofs : throw Refuse(problems);
    }

    /// <summary>Returns whether the request has any header of a proof.</summary>
    internal static bool HasAny(IHeaderDictionary headers) => HasAny(headers, Names);

    // By index: foreach over an IReadOnlyList allocates an enumerator.
    private static bool HasAny(IHeaderDictionary headers, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (headers.ContainsKey(names[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static HeaderProof? Read(ProofHeaders kind, IHeaderDictionary headers, byte[] hash, Dictionary<string, string[]> problems)
    {
        var before = problems.Count;
        if (SingleValue(headers, kind.Version) != ProofHeaders.SupportedVersion)
        {
            problems.Add(kind.Version, [$"Send {kind.Version} once: {ProofHeaders.SupportedVersion}."]);
        }

        var timestampText = SingleValue(headers, kind.Timestamp);
        if (!long.TryParse(timestampText, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || timestamp.ToString(CultureInfo.InvariantCulture) != timestampText)
        {
            problems.Add(kind.Timestamp, [$"Send {kind.Timestamp} once: the Unix time in milliseconds, in digits."]);
        }

        var nonceText = SingleValue(headers, kind.Nonce);
        if (!TryReadUuid(nonceText, out var nonce))
        {
            problems.Add(kind.Nonce, [$"Send {kind.Nonce} once: a new UUID for each request."]);
        }

        if (!Ss58.TryDecode(SingleValue(headers, kind.SignedBy), out var signedBy, out var error))
        {
            problems.Add(
                kind.SignedBy,
                [$"Send {kind.SignedBy} once, the SS58 address of the hotkey that signs: {Sentence.Continued(error.Describe())}"]);
        }

        var signatureText = SingleValue(headers, kind.Signature);
        if (!Sr25519Signature.TryParseBase64(signatureText, out var signature)
            && !Sr25519Signature.TryParseHex(signatureText, out signature))
        {
            problems.Add(kind.Signature, [$"Send {kind.Signature} once: the 64 bytes of the sr25519 signature in base64 or hex."]);
        }

        var (signedForText, signedFor) = ReadSignedFor(kind, headers, problems);
        return problems.Count > before
            ? null
            : new HeaderProof(kind, signedBy, nonce, timestamp, signature, kind.MessageOf(hash, nonceText!, timestamp, signedForText))
            {
                SignedFor = signedFor,
            };
    }

    // Clients send an empty header if they name no receiver. The protocol has only addresses here; the body's 'audience' may be a host.
    private static (string Text, Audience? Audience) ReadSignedFor(
        ProofHeaders kind, IHeaderDictionary headers, Dictionary<string, string[]> problems)
    {
        if (kind.SignedFor is not { } name || !headers.TryGetValue(name, out var values) || values is [""])
        {
            return ("", null);
        }

        var text = SingleValue(headers, name);
        if (Ss58.TryDecode(text, out _, out var error) && Audience.TryParse(text, out var audience))
        {
            return (text!, audience);
        }

        problems.Add(
            name,
            [$"Send {name} at most once, the SS58 address of the server that this request is for: {Sentence.Continued(error.Describe())}"]);
        return ("", null);
    }

    // .NET also reads UUIDs with white space around them, and with signs and 0x in them.
    private static bool TryReadUuid(string? text, out Guid uuid) =>
        (Guid.TryParseExact(text, "D", out uuid) && uuid.ToString("D").Equals(text, StringComparison.OrdinalIgnoreCase))
        || (Guid.TryParseExact(text, "N", out uuid) && uuid.ToString("N").Equals(text, StringComparison.OrdinalIgnoreCase));

    // A repeated header counts as missing: this server and a proxy in front of it could use different ones.
    private static string? SingleValue(IHeaderDictionary headers, string name) => headers[name] is [{ } one] ? one : null;

    private static RefusedException Refuse(Dictionary<string, string[]> problems) => new(
        RefusalCode.InvalidRequest,
        problems.Count == 1 ? problems.Values.First()[0] : $"Correct these headers of the request: {string.Join(", ", problems.Keys)}.",
        problems);
}
