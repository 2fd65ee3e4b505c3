namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The headers of a Tao v2 proof. A test may alter each of them. A header that is null is not sent.</summary>
internal sealed record TaoProof(string? Version, string? Timestamp, string? Nonce, string? SignedBy, string? Signature)
{
    public const string VersionHeader = "X-Tao-Version";
    public const string TimestampHeader = "X-Tao-Timestamp";
    public const string NonceHeader = "X-Tao-Nonce";
    public const string SignedByHeader = "X-Tao-Signed-By";
    public const string SignatureHeader = "X-Tao-Signature";

    /// <summary>The names of all headers.</summary>
    public static readonly IReadOnlyList<string> Names = [VersionHeader, TimestampHeader, NonceHeader, SignedByHeader, SignatureHeader];

    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public IEnumerable<KeyValuePair<string, string>> Headers => Names
        .Zip((string?[])[Version, Timestamp, Nonce, SignedBy, Signature])
        .Where(one => one.Second is not null)
        .Select(one => KeyValuePair.Create(one.First, one.Second!));

    /// <summary>Creates a valid proof of the body, with the current time and a new nonce unless given.</summary>
    public static TaoProof Of(Account signer, byte[] body, long? timestamp = null, string? nonce = null)
    {
        var (moment, once) = (timestamp ?? Now, nonce ?? Guid.NewGuid().ToString());
        return new TaoProof(
            "2",
            moment.ToString(CultureInfo.InvariantCulture),
            once,
            signer.Address,
            Convert.ToBase64String(signer.Sign(TextOf(body, once, moment))));
    }

    /// <summary>The signed text.</summary>
    public static string TextOf(byte[] body, string nonce, long timestamp) =>
        FormattableString.Invariant($"{Convert.ToHexStringLower(SHA256.HashData(body))}.{nonce}.{timestamp}");

    /// <summary>The same for a text.</summary>
    public static TaoProof Of(Account signer, string body) => Of(signer, Encoding.UTF8.GetBytes(body));

    /// <summary>Replaces the value of one header. Null removes the header.</summary>
    public TaoProof With(string header, string? value) => header switch
    {
        VersionHeader => this with { Version = value },
        TimestampHeader => this with { Timestamp = value },
        NonceHeader => this with { Nonce = value },
        SignedByHeader => this with { SignedBy = value },
        SignatureHeader => this with { Signature = value },
        _ => throw new ArgumentException("There is no such header.", nameof(header)),
    };
}
