using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace S3Auth.Substrate;

/// <summary>
/// An sr25519 signature: 64 bytes, an encoded ristretto255 point and a scalar whose highest bit marks the scheme. Any 64 bytes are accepted
/// here; <see cref="Sr25519.Verify"/> decides whether they are a valid signature.
/// </summary>
public readonly struct Sr25519Signature : IEquatable<Sr25519Signature>
{
    /// <summary>The size of a signature, in bytes.</summary>
    public const int Size = 64;

    /// <summary>The byte in front of an sr25519 signature where a chain's type allows several schemes (MultiSignature).</summary>
    private const byte MultiSignatureTag = 1;

    // The base64 of 64 bytes and of 65 bytes has the same length.
    private const int Base64Length = 88;

    private readonly Bytes64 _bytes;

    private Sr25519Signature(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>Whether both are the same 64 bytes.</summary>
    public static bool operator ==(Sr25519Signature left, Sr25519Signature right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Sr25519Signature left, Sr25519Signature right) => !left.Equals(right);

    /// <summary>Creates a signature from its 64 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 64 bytes.</exception>
    public static Sr25519Signature FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new Sr25519Signature(bytes)
        : throw new ArgumentException($"An sr25519 signature has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>
    /// Parses 64 bytes of hex in either case, or 65 bytes that begin with 01 (the tag of sr25519), with or without a
    /// leading 0x. Anything else is <see langword="false"/>. Allocates nothing.
    /// </summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Sr25519Signature signature)
    {
        signature = default;
        var hex = text;
        if (hex.StartsWith("0x", StringComparison.Ordinal))
        {
            hex = hex[2..];
        }

        if (hex.Length is not (2 * Size) and not (2 * (Size + 1)))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size + 1];
        return Convert.FromHexString(hex, bytes, out _, out var written) == OperationStatus.Done
            && TryRead(bytes[..written], out signature);
    }

    /// <summary>
    /// Parses 64 bytes of base64 (RFC 4648, with padding), or 65 bytes that begin with 01. Anything else, including white space, is
    /// <see langword="false"/>. No text is both hex and base64 of a signature: their lengths differ. Allocates nothing.
    /// </summary>
    public static bool TryParseBase64([NotNullWhen(true)] string? text, out Sr25519Signature signature)
    {
        signature = default;
        Span<byte> bytes = stackalloc byte[Size + 2];
        return text is { Length: Base64Length }
            && Convert.TryFromBase64Chars(text, bytes, out var written)
            && TryRead(bytes[..written], out signature);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out Sr25519Signature signature)
    {
        signature = default;
        if (bytes.Length == Size + 1 && bytes[0] == MultiSignatureTag)
        {
            bytes = bytes[1..];
        }

        if (bytes.Length != Size)
        {
            return false;
        }

        signature = new Sr25519Signature(bytes);
        return true;
    }

    /// <summary>Writes the 64 bytes to the start of the destination.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 64 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException(
                $"An sr25519 signature needs {Size} bytes, the destination has {destination.Length}.", nameof(destination));
        }

        ReadOnlySpan<byte> bytes = _bytes;
        bytes.CopyTo(destination);
    }

    /// <summary>The 64 bytes in a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Sr25519Signature other)
    {
        ReadOnlySpan<byte> left = _bytes;
        ReadOnlySpan<byte> right = other._bytes;
        return left.SequenceEqual(right);
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Sr25519Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The 64 bytes as lower-case hex after 0x.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(_bytes);

    [InlineArray(Size)]
    [StructLayout(LayoutKind.Sequential)]
    private struct Bytes64
    {
        private byte _first;
    }
}
