using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// The text a hotkey signs to prove one request by Tao v2 headers: <c>{lowercase hex of sha256(raw body)}.{nonce}.{timestamp}</c>.
/// It covers the body byte by byte; the path it does not cover.
/// </summary>
public readonly record struct TaoMessage(string Text)
{
    /// <summary>Bytes of the body's hash.</summary>
    public const int HashSize = 32;

    /// <param name="bodyHash">SHA-256 of the body just as it was received, 32 bytes.</param>
    /// <param name="nonce">The nonce as it was sent.</param>
    /// <param name="timestamp">Unix milliseconds.</param>
    /// <exception cref="ArgumentException">The hash has not 32 bytes.</exception>
    public static TaoMessage Of(ReadOnlySpan<byte> bodyHash, string nonce, long timestamp) => bodyHash.Length == HashSize
        ? new(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(bodyHash)}.{nonce}.{timestamp}"))
        : throw new ArgumentException($"A SHA-256 hash has {HashSize} bytes.", nameof(bodyHash));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
