using System.Buffers.Text;

namespace S3Auth.Infrastructure.Sealing;

/// <summary>A secret key of 32 bytes for seals. It is never printed.</summary>
public sealed class SealKey
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;

    private SealKey(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Returns a new random key.</summary>
    public static SealKey Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>Returns a key of the given bytes. Returns false unless there are 32.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SealKey? key)
    {
        key = bytes.Length == Size ? new SealKey(bytes.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Parses a key: 32 bytes in hex, base64 or base64url. Returns false for any other text.</summary>
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
