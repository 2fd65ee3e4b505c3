using System.Text;

namespace S3Auth.Substrate;

/// <summary>
/// An sr25519 key pair. Its secret stays at one place in memory, which <see cref="Dispose"/> overwrites with zeros. Several threads may
/// sign at the same time, but none may sign while another one disposes.
/// </summary>
/// <remarks>
/// Strings cannot be overwritten: a phrase or URI in a string stays in memory until the runtime reuses that memory. If that matters, use a
/// seed.
/// </remarks>
public sealed class KeyPair : IDisposable
{
    private const int MnemonicRounds = 2048;

    // Pinned, because the garbage collector leaves copies when it moves an array.
    private readonly byte[] _secretKey = GC.AllocateArray<byte>(Sr25519.SecretKeySize, pinned: true);
    private bool _disposed;

    private KeyPair(ReadOnlySpan<byte> secretKey, AccountId account)
    {
        secretKey.CopyTo(_secretKey);
        AccountId = account;
    }

    private KeyPair(ReadOnlySpan<byte> seed)
    {
        Sr25519.ExpandSeed(seed, _secretKey);
        AccountId = Sr25519.DeriveAccount(_secretKey);
    }

    /// <summary>The account of this key pair, which is its public key.</summary>
    public AccountId AccountId { get; private set; }

    internal ReadOnlySpan<byte> Secret => _secretKey;

    /// <summary>The key pair of a 32-byte seed, which Substrate calls a mini secret key.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<byte> seed) => seed.Length == Sr25519.SeedSize
        ? new KeyPair(seed)
        : throw new ArgumentException($"A seed has {Sr25519.SeedSize} bytes, not {seed.Length}.", nameof(seed));

    /// <summary>
    /// The key pair of a BIP-39 phrase, as Substrate derives it: the seed is the first 32 bytes of PBKDF2-HMAC-SHA-512 over the
    /// phrase's <i>entropy</i> (not its text), 2048 rounds, with the salt <c>mnemonic</c> and the password.
    /// </summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 English words, see <see cref="Mnemonic"/>.</param>
    /// <param name="password">Any text; used as UTF-8, without normalization.</param>
    /// <exception cref="FormatException">The text is not a phrase; the message says why and contains no word of it.</exception>
    public static KeyPair FromMnemonic(string phrase, string password = "")
    {
        ArgumentNullException.ThrowIfNull(phrase);
        ArgumentNullException.ThrowIfNull(password);
        return FromPhrase(phrase, password);
    }

    /// <summary>The key pair of a BIP-39 phrase in a buffer that the caller can overwrite.</summary>
    /// <exception cref="FormatException">The text is not a phrase; the message says why and contains no word of it.</exception>
    public static KeyPair FromMnemonic(ReadOnlySpan<char> phrase) => FromPhrase(phrase, password: []);

    /// <summary>
    /// The key pair of a Substrate secret URI: a phrase, or 0x and 64 hex digits of a seed, then any number of hard
    /// junctions (<c>//name</c> or <c>//0</c>), then for a phrase an optional password (<c>///password</c>). A URI that begins with a
    /// junction, such as <c>//Alice</c>, uses the well-known development phrase: everyone has that key.
    /// </summary>
    /// <exception cref="FormatException">
    /// The text is not a secret URI, has a soft junction (<c>/name</c>), which is not supported, or has a junction that tools interpret in
    /// different ways. The message says which and contains nothing of the secret.
    /// </exception>
    public static KeyPair FromUri(string suri)
    {
        ArgumentNullException.ThrowIfNull(suri);
        var uri = SecretUri.Parse(suri);
        var pair = uri.Secret.StartsWith("0x", StringComparison.Ordinal) ? FromHexSeed(uri) : FromPhrase(uri.Secret, uri.Password);
        try
        {
            pair.Descend(uri.Junctions);
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>Signs a message. Each call returns a different signature; all of them are valid.</summary>
    /// <exception cref="ObjectDisposedException">The key pair was disposed.</exception>
    public Sr25519Signature Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> randomness = stackalloc byte[Sr25519.RandomnessSize];
        RandomNumberGenerator.Fill(randomness);
        return Sign(message, randomness);
    }

    /// <summary>Overwrites the secret with zeros. The key pair cannot sign afterwards.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secretKey);
    }

    /// <summary>The account's address.</summary>
    public override string ToString() => AccountId.ToString();

    internal Sr25519Signature Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> randomness)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Sr25519.Sign(Secret, AccountId, message, randomness);
    }

    /// <summary>
    /// The key pair of an expanded secret (scalar and nonce, 64 bytes); null if it does not belong to this account. Some tools store the
    /// scalar, others the scalar times 8 as Ed25519 does: comparing with the account tells which.
    /// </summary>
    internal static KeyPair? FromSecretKey(ReadOnlySpan<byte> secretKey, AccountId account)
    {
        Span<byte> candidate = stackalloc byte[Sr25519.SecretKeySize];
        try
        {
            secretKey.CopyTo(candidate);
            if (Sr25519.IsSecretOf(candidate, account))
            {
                return new KeyPair(candidate, account);
            }

            Sr25519.DivideByCofactor(candidate[..Sr25519.ScalarSize]);
            return Sr25519.IsSecretOf(candidate, account) ? new KeyPair(candidate, account) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(candidate);
        }
    }

    private static KeyPair FromHexSeed(SecretUri uri)
    {
        if (!uri.Password.IsEmpty)
        {
            throw new FormatException("The secret URI has a seed and a password; only a phrase can have a password.");
        }

        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        try
        {
            var hex = uri.Secret[2..];
            return hex.Length == 2 * seed.Length && Convert.FromHexString(hex, seed, out _, out _) == System.Buffers.OperationStatus.Done
                ? new KeyPair(seed)
                : throw new FormatException($"The seed of a secret URI must be 0x and {2 * Sr25519.SeedSize} hex digits.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    internal static KeyPair FromPhrase(ReadOnlySpan<char> phrase, ReadOnlySpan<char> password)
    {
        Span<byte> entropy = stackalloc byte[Mnemonic.MaxEntropySize];
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        var salt = new byte["mnemonic"u8.Length + Encoding.UTF8.GetByteCount(password)];
        try
        {
            "mnemonic"u8.CopyTo(salt);
            Encoding.UTF8.GetBytes(password, salt.AsSpan("mnemonic"u8.Length));
            var size = Mnemonic.ToEntropy(phrase, entropy);
            Rfc2898DeriveBytes.Pbkdf2(entropy[..size], salt, seed, MnemonicRounds, HashAlgorithmName.SHA512);
            return new KeyPair(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(entropy);
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(salt);
        }
    }

    /// <summary>Replaces this key by the key that a path of hard junctions derives from it.</summary>
    private void Descend(ReadOnlySpan<char> junctions)
    {
        if (junctions.IsEmpty)
        {
            return;
        }

        Span<byte> chainCode = stackalloc byte[SecretUri.ChainCodeSize];
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        try
        {
            while (!junctions.IsEmpty)
            {
                junctions = SecretUri.ReadJunction(junctions, chainCode);
                Sr25519.DeriveHard(_secretKey, chainCode, seed);
                Sr25519.ExpandSeed(seed, _secretKey);
            }

            AccountId = Sr25519.DeriveAccount(_secretKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(chainCode);
        }
    }
}
