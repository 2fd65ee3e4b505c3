using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// The text that a hotkey signs to prove a request with Tao v2 headers: <c>{lowercase hex of sha256(raw body)}.{nonce}.{timestamp}</c>. It
/// covers every byte of the body, but not the path.
/// </summary>
public readonly record struct TaoMessage(string Text)
{
    /// <summary>The size of the body's hash, in bytes.</summary>
    public const int HashSize = 32;

    /// <param name="bodyHash">SHA-256 of the received body, 32 bytes.</param>
    /// <param name="nonce">The nonce, exactly as the client sent it.</param>
    /// <param name="timestamp">Unix milliseconds.</param>
    /// <exception cref="ArgumentException">The hash does not have 32 bytes.</exception>
    public static TaoMessage Of(ReadOnlySpan<byte> bodyHash, string nonce, long timestamp) => bodyHash.Length == HashSize
        ? new(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(bodyHash)}.{nonce}.{timestamp}"))
        : throw new ArgumentException($"A SHA-256 hash has {HashSize} bytes.", nameof(bodyHash));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
