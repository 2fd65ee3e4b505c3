using System.Buffers.Text;

namespace S3Auth.Infrastructure.Sealing;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) with a separate key for each seal, derived by HKDF-SHA256 (RFC 5869) from 16 random bytes, so that random
/// nonces do not limit the number of seals. A seal is version (1 byte), salt (16), nonce (12), tag (16), ciphertext, in base64url.
/// </summary>
internal sealed class AesGcmSealer(SealKeys keys) : ISealer
{
    /// <summary>The number of bytes that a seal is longer than its content.</summary>
    internal const int Overhead = 1 + SaltSize + NonceSize + TagSize;

    private const byte Version = 1;
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // No seal of this server is longer, so longer ones are rejected unread.
    private const int MaxSealBytes = 4096;

    public string Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> purpose)
    {
        var seal = new byte[Overhead + content.Length];
        seal[0] = Version;
        RandomNumberGenerator.Fill(seal.AsSpan(1, SaltSize + NonceSize));
        using var aes = Derive(keys.Current, seal);
        aes.Encrypt(NonceOf(seal), content, seal.AsSpan(Overhead), TagOf(seal), purpose);
        return Base64Url.EncodeToString(seal);
    }

    public byte[]? Open(ReadOnlySpan<char> seal, ReadOnlySpan<byte> purpose)
    {
        if (!Base64Url.IsValid(seal, out var length) || length is < Overhead or > MaxSealBytes)
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(seal);

        // The decoder ignores white space and the unused bits of the last character. Accept only the spelling that the server makes.
        if (bytes[0] != Version || !seal.SequenceEqual(Base64Url.EncodeToString(bytes)))
        {
            return null;
        }

        byte[]? content = null;
        foreach (var key in keys.All)
        {
            content ??= Decrypt(key, bytes, purpose);
        }

        return content;
    }

    private static byte[]? Decrypt(SealKey key, byte[] seal, ReadOnlySpan<byte> purpose)
    {
        using var aes = Derive(key, seal);
        var content = new byte[seal.Length - Overhead];
        try
        {
            aes.Decrypt(NonceOf(seal), seal.AsSpan(Overhead), TagOf(seal), content, purpose);
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static AesGcm Derive(SealKey key, ReadOnlySpan<byte> seal)
    {
        Span<byte> derived = stackalloc byte[SealKey.Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, derived, seal.Slice(1, SaltSize), "s3auth:seal:1"u8);
        try
        {
            return new AesGcm(derived, TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static Span<byte> NonceOf(byte[] seal) => seal.AsSpan(1 + SaltSize, NonceSize);

    private static Span<byte> TagOf(byte[] seal) => seal.AsSpan(1 + SaltSize + NonceSize, TagSize);
}
