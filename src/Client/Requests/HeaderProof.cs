namespace S3Auth.Client.Requests;

/// <summary>
/// The headers that prove a request, and the text that their signature covers: the SHA-256 of the body, a new UUID, and the time. Each
/// proof can be used once. Name the server in the body's member <c>audience</c> (<see cref="Audience.Of"/>), so that no other server can
/// use the request.
/// </summary>
/// <param name="Text">The signed text.</param>
/// <param name="Signature">The signature, as the headers contain it.</param>
/// <param name="Headers">The headers, by name.</param>
public sealed record HeaderProof(string Text, string Signature, IReadOnlyDictionary<string, string> Headers)
{
    private const string Version = "2";

    /// <summary>Signs Tao v2 headers.</summary>
    /// <param name="hotkey">The hotkey that signs.</param>
    /// <param name="body">The body, exactly as it is sent.</param>
    /// <param name="now">The time of signing.</param>
    public static HeaderProof Tao(KeyPair hotkey, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(hotkey);

        var (nonce, timestamp) = NewNonceAndTimestamp(now);
        var text = $"{HashOf(body)}.{nonce}.{timestamp}";
        var signature = Convert.ToBase64String(Sign(hotkey, text).ToBytes());
        return new HeaderProof(text, signature, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Tao-Version"] = Version,
            ["X-Tao-Timestamp"] = timestamp,
            ["X-Tao-Nonce"] = nonce,
            ["X-Tao-Signed-By"] = hotkey.AccountId.ToString(),
            ["X-Tao-Signature"] = signature,
        });
    }

    /// <summary>Signs Epistula v2 headers.</summary>
    /// <param name="hotkey">The hotkey that signs.</param>
    /// <param name="body">The body, exactly as it is sent.</param>
    /// <param name="now">The time of signing.</param>
    /// <param name="signedFor">The address of the server that the request is for; null to name none in the headers.</param>
    public static HeaderProof Epistula(KeyPair hotkey, ReadOnlySpan<byte> body, DateTimeOffset now, AccountId? signedFor = null)
    {
        ArgumentNullException.ThrowIfNull(hotkey);

        var (uuid, timestamp) = NewNonceAndTimestamp(now);
        var text = $"{HashOf(body)}.{uuid}.{timestamp}.{signedFor}";
        var signature = Sign(hotkey, text).ToString();
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Epistula-Version"] = Version,
            ["Epistula-Timestamp"] = timestamp,
            ["Epistula-Uuid"] = uuid,
            ["Epistula-Signed-By"] = hotkey.AccountId.ToString(),
            ["Epistula-Request-Signature"] = signature,
        };
        if (signedFor is { } receiver)
        {
            headers["Epistula-Signed-For"] = receiver.ToString();
        }

        return new HeaderProof(text, signature, headers);
    }

    /// <summary>The text, without the signature.</summary>
    public override string ToString() => Text;

    private static (string Nonce, string Timestamp) NewNonceAndTimestamp(DateTimeOffset now) =>
        (Guid.NewGuid().ToString(), now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    private static Sr25519Signature Sign(KeyPair hotkey, string text) => hotkey.Sign(Encoding.ASCII.GetBytes(text));
}
