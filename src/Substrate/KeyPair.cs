using System.Text;

namespace S3Auth.Substrate;

/// <summary>
/// An sr25519 key pair. Its secret stays at one place in memory, which <see cref="Dispose"/> overwrites with zeros.
/// Signing may be called from several threads; disposing while another thread signs may not.
/// </summary>
/// <remarks>
/// Strings cannot be overwritten: a phrase or URI given as one stays in memory until the runtime reuses its place. Where
/// that matters, give a seed.
/// </remarks>
public sealed class KeyPair : IDisposable
{
    private const int MnemonicRounds = 2048;

    // Pinned: the garbage collector would leave copies where it moves an array.
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

    /// <summary>The account that this key signs for: its public key.</summary>
    public AccountId AccountId { get; private set; }

    internal ReadOnlySpan<byte> Secret => _secretKey;

    /// <summary>The key pair of a 32-byte seed, which Substrate calls a mini secret key.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<byte> seed) => seed.Length == Sr25519.SeedSize
        ? new KeyPair(seed)
        : throw new ArgumentException($"A seed has {Sr25519.SeedSize} bytes, not {seed.Length}.", nameof(seed));

    /// <summary>
    /// The key pair of a BIP-39 phrase, the Substrate way: the seed is the first 32 bytes of PBKDF2-HMAC-SHA-512 over the
    /// phrase's <i>entropy</i> (not its text), 2048 rounds, with the salt <c>mnemonic</c> and the password.
    /// </summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 English words, see <see cref="Mnemonic"/>.</param>
    /// <param name="password">Any text; its UTF-8 bytes count, without normalization.</param>
    /// <exception cref="FormatException">It is not a phrase; the message says why, without any word of it.</exception>
    public static KeyPair FromMnemonic(string phrase, string password = "")
    {
        ArgumentNullException.ThrowIfNull(phrase);
        ArgumentNullException.ThrowIfNull(password);
        return FromPhrase(phrase, password);
    }

    /// <summary>The same from where the caller overwrites it.</summary>
    /// <exception cref="FormatException">It is not a phrase; the message says why, without any word of it.</exception>
    public static KeyPair FromMnemonic(ReadOnlySpan<char> phrase) => FromPhrase(phrase, password: []);

    /// <summary>
    /// The key pair of a Substrate secret URI: a phrase, or 0x and 64 hex digits of a seed, then any number of hard
    /// junctions (<c>//name</c> or <c>//0</c>), then for a phrase an optional password (<c>///password</c>). One that
    /// begins with a junction, as <c>//Alice</c>, stands on the well-known phrase for development: a key that everyone has.
    /// </summary>
    /// <exception cref="FormatException">
    /// It is no such text; or it has a soft junction (<c>/name</c>), which is not supported; or a junction that tools read
    /// in different ways. The message says which and repeats nothing of the secret.
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

    /// <summary>Signs a message. Each call gives another signature; all of them are valid.</summary>
    /// <exception cref="ObjectDisposedException">The key pair was disposed.</exception>
    public Sr25519Signature Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> randomness = stackalloc byte[Sr25519.RandomnessSize];
        RandomNumberGenerator.Fill(randomness);
        return Sign(message, randomness);
    }

    /// <summary>Overwrites the secret with zeros. The key pair cannot sign any more.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secretKey);
    }

    /// <summary>The account's address; never anything secret.</summary>
    public override string ToString() => AccountId.ToString();

    internal Sr25519Signature Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> randomness)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Sr25519.Sign(Secret, AccountId, message, randomness);
    }

    /// <summary>
    /// The key pair of an expanded secret, scalar and nonce, 64 bytes; null when it is not this account's. Tools write the scalar as
    /// it is or, as Ed25519 has it, times 8: the account tells which.
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
            throw new FormatException("The secret URI has a seed and a password; a password belongs to a phrase only.");
        }

        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        try
        {
            var hex = uri.Secret[2..];
            return hex.Length == 2 * seed.Length && Convert.FromHexString(hex, seed, out _, out _) == System.Buffers.OperationStatus.Done
                ? new KeyPair(seed)
                : throw new FormatException($"The seed of a secret URI is 0x and {2 * Sr25519.SeedSize} hex digits.");
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

    /// <summary>Replaces this key by the one at the end of a path of hard junctions.</summary>
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
