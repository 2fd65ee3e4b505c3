using System.Buffers.Binary;
using System.Security.Cryptography;

namespace S3Auth.Domain;

/// <summary>
/// By what a proof is known again: two uses of one proof have the same, two proofs have not. 16 bytes of SHA-256 over the parsed
/// signature, or over signer and nonce: however a client spells either of them on the wire, it is one.
/// </summary>
/// <param name="Value">The 16 bytes.</param>
public readonly record struct ReplayKey(UInt128 Value)
{
    // Of another length than a signature: no key of the one is one of the other.
    private const int NonceSize = 16;

    /// <summary>Of a commitment: its signature, whichever endpoint it is shown to.</summary>
    public static ReplayKey OfSignature(Sr25519Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Sr25519Signature.Size];
        signature.CopyTo(bytes);
        return Hash(bytes);
    }

    /// <summary>Of Tao v2 headers: the nonce, which is the signer's own.</summary>
    public static ReplayKey OfNonce(AccountId signer, Guid nonce)
    {
        Span<byte> bytes = stackalloc byte[AccountId.Size + NonceSize];
        signer.CopyTo(bytes);
        nonce.TryWriteBytes(bytes[AccountId.Size..]);
        return Hash(bytes);
    }

    /// <summary>The 16 bytes as lower-case hex.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static ReplayKey Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new ReplayKey(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
