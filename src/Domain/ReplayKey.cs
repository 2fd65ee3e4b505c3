using System.Buffers.Binary;
using System.Security.Cryptography;

namespace S3Auth.Domain;

/// <summary>
/// Identifies a proof, so that its second use is recognized. Two uses of one proof have the same key; different proofs have different keys.
/// 16 bytes of SHA-256 over the parsed signature, or over signer and nonce, so that the spelling on the wire does not matter.
/// </summary>
/// <param name="Value">The 16 bytes.</param>
public readonly record struct ReplayKey(UInt128 Value)
{
    // The hashed inputs of the kinds have different sizes, so they never collide: a signature has 64 bytes, signer and nonce of Tao v2 have
    // 48, those of Epistula v2 have a byte more.
    private const int NonceSize = 16;
    private const byte EpistulaTag = 1;

    /// <summary>Returns the key of a commitment: its signature. A second use at another endpoint is a replay too.</summary>
    public static ReplayKey OfSignature(Sr25519Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Sr25519Signature.Size];
        signature.CopyTo(bytes);
        return Hash(bytes);
    }

    /// <summary>Returns the key of Tao v2 headers: the nonce, which counts for its signer only.</summary>
    public static ReplayKey OfTao(AccountId signer, Guid nonce)
    {
        Span<byte> bytes = stackalloc byte[AccountId.Size + NonceSize];
        Write(signer, nonce, bytes);
        return Hash(bytes);
    }

    /// <summary>
    /// Returns the key of Epistula v2 headers: the UUID, which counts for its signer and this kind of headers only. A request may have the
    /// same UUID in Tao v2 headers.
    /// </summary>
    public static ReplayKey OfEpistula(AccountId signer, Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[AccountId.Size + NonceSize + 1];
        Write(signer, uuid, bytes);
        bytes[^1] = EpistulaTag;
        return Hash(bytes);
    }

    /// <summary>The 16 bytes as lower-case hex.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static void Write(AccountId signer, Guid nonce, Span<byte> bytes)
    {
        signer.CopyTo(bytes);
        nonce.TryWriteBytes(bytes[AccountId.Size..]);
    }

    private static ReplayKey Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new ReplayKey(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
