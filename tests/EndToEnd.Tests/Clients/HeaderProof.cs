namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The headers of a proof. A test may alter each of them. A header that is null is not sent.</summary>
internal sealed record HeaderProof(
    ProofKind Kind, string? Version, string? Timestamp, string? Nonce, string? SignedBy, string? Signature, string? SignedFor = null)
{
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public ProofHeaderNames Names => ProofHeaderNames.Of(Kind);

    public IEnumerable<KeyValuePair<string, string>> Headers => Names.All.Append(ProofHeaderNames.SignedFor)
        .Zip((string?[])[Version, Timestamp, Nonce, SignedBy, Signature, SignedFor])
        .Where(one => one.Second is not null)
        .Select(one => KeyValuePair.Create(one.First, one.Second!));

    /// <summary>Creates a valid proof of the body, with the current time and a new nonce unless given.</summary>
    public static HeaderProof Of(
        ProofKind kind, Account signer, byte[] body, long? timestamp = null, string? nonce = null, string? signedFor = null)
    {
        var (moment, once) = (timestamp ?? Now, nonce ?? Guid.NewGuid().ToString());
        return new HeaderProof(kind, "2", moment.ToString(CultureInfo.InvariantCulture), once, signer.Address, null, signedFor)
            .Signed(signer, TextOf(kind, body, once, moment, signedFor));
    }

    /// <summary>The signed text.</summary>
    public static string TextOf(ProofKind kind, byte[] body, string nonce, long timestamp, string? signedFor = null) =>
        FormattableString.Invariant($"{Convert.ToHexStringLower(SHA256.HashData(body))}.{nonce}.{timestamp}")
            + (kind == ProofKind.Epistula ? "." + signedFor : "");

    /// <summary>The same for a text.</summary>
    public static HeaderProof Of(ProofKind kind, Account signer, string body) => Of(kind, signer, Encoding.UTF8.GetBytes(body));

    /// <summary>Replaces the signature by that of an account over any text, as clients of this kind write it.</summary>
    public HeaderProof Signed(Account signer, string text) => this with
    {
        Signature = Kind == ProofKind.Tao ? Convert.ToBase64String(signer.Sign(text)) : "0x" + Convert.ToHexStringLower(signer.Sign(text)),
    };

    /// <summary>Replaces the value of one header. Null removes the header.</summary>
    public HeaderProof With(string header, string? value) =>
        header == Names.Version ? this with { Version = value }
        : header == Names.Timestamp ? this with { Timestamp = value }
        : header == Names.Nonce ? this with { Nonce = value }
        : header == Names.SignedBy ? this with { SignedBy = value }
        : header == Names.Signature ? this with { Signature = value }
        : throw new ArgumentException("There is no such header.", nameof(header));
}
