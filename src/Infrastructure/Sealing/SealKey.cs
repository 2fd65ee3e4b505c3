using System.Buffers.Text;

namespace S3Auth.Infrastructure.Sealing;

/// <summary>A secret key of 32 bytes for seals. It is never printed.</summary>
public sealed class SealKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;

    private SealKey(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A new random key.</summary>
    public static SealKey Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>A key from its bytes; false when there are not 32 of them.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SealKey? key)
    {
        key = bytes.Length == Size ? new SealKey(bytes.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Reads a key: 32 bytes as 64 hex digits, or in base64 or base64url. False when it is neither.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SealKey? key)
    {
        ArgumentNullException.ThrowIfNull(text);

        key = null;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length == Size * 2)
        {
            return Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done && TryCreate(bytes, out key);
        }

        var url = text.Replace('+', '-').Replace('/', '_').TrimEnd('=');
        return Base64Url.IsValid(url, out var length) && length == Size && TryCreate(Base64Url.DecodeFromChars(url), out key);
    }

    internal bool IsSame(SealKey other) => CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override string ToString() => nameof(SealKey);
}
