using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// The text that a hotkey signs to prove a request in headers. It begins with the lower-case hex of the SHA-256 of the raw body, so it
/// covers every byte of the body, but not the path. The texts of Tao v2 and of Epistula v2 have different numbers of dots, so a signature
/// of one kind is never valid as the other.
/// </summary>
public readonly record struct HeaderMessage(string Text)
{
    /// <summary>The size of the body's hash, in bytes.</summary>
    public const int HashSize = 32;

    /// <summary>Returns the text of Tao v2 headers: <c>{hash}.{nonce}.{timestamp}</c>.</summary>
    /// <param name="bodyHash">SHA-256 of the received body, 32 bytes.</param>
    /// <param name="nonce">The nonce, exactly as the client sent it.</param>
    /// <param name="timestamp">Unix milliseconds.</param>
    /// <exception cref="ArgumentException">The hash does not have 32 bytes.</exception>
    public static HeaderMessage OfTao(ReadOnlySpan<byte> bodyHash, string nonce, long timestamp) =>
        new(Begin(bodyHash, nonce, timestamp));

    /// <summary>Returns the text of Epistula v2 headers: <c>{hash}.{uuid}.{timestamp}.{signed_for}</c>.</summary>
    /// <param name="bodyHash">SHA-256 of the received body, 32 bytes.</param>
    /// <param name="uuid">The UUID, exactly as the client sent it.</param>
    /// <param name="timestamp">Unix milliseconds.</param>
    /// <param name="signedFor">The receiver's address, exactly as the client sent it; empty for none.</param>
    /// <exception cref="ArgumentException">The hash does not have 32 bytes.</exception>
    public static HeaderMessage OfEpistula(ReadOnlySpan<byte> bodyHash, string uuid, long timestamp, string signedFor) =>
        new($"{Begin(bodyHash, uuid, timestamp)}.{signedFor}");

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Begin(ReadOnlySpan<byte> bodyHash, string nonce, long timestamp) => bodyHash.Length == HashSize
        ? string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(bodyHash)}.{nonce}.{timestamp}")
        : throw new ArgumentException($"A SHA-256 hash has {HashSize} bytes.", nameof(bodyHash));
}
