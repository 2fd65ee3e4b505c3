using System.Buffers;
using System.Text.Json;

namespace S3Auth.Substrate;

/// <summary>
/// A key file of a Bittensor wallet: <c>wallets/NAME/hotkeys/HOTKEY</c>, JSON with some of <c>secretSeed</c>, <c>secretPhrase</c>,
/// <c>privateKey</c>, <c>ss58Address</c>, <c>publicKey</c>, <c>accountId</c>; or the same JSON encrypted with a password. The caller must
/// overwrite the bytes that it passes; these methods overwrite what they decrypt. No message repeats any part of the file.
/// </summary>
/// <remarks>
/// An encrypted file is <c>$NACL</c>, a 24-byte nonce, and libsodium's secretbox (XSalsa20-Poly1305) of the JSON. The key is Argon2i 1.3 of
/// the password with libsodium's SENSITIVE limits (8 passes over 512 MiB) and the same salt for all files.
/// </remarks>
public static class KeyFile
{
    /// <summary>The maximum size of a file, in bytes; a real one has about 500.</summary>
    public const int MaxSize = 64 * 1024;

    private const int PrivateKeySize = Sr25519.SecretKeySize;

    // In characters. 24 words of at most 8 letters need less.
    private const int MaxPhraseLength = 1024;

    private static ReadOnlySpan<byte> NaclMark => "$NACL"u8;

    private static ReadOnlySpan<byte> Salt =>
        [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];

    /// <summary>Returns how the file is encrypted.</summary>
    public static KeyFileKind KindOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(NaclMark))
        {
            return KeyFileKind.Nacl;
        }

        if (file.StartsWith("$ANSIBLE_VAULT"u8))
        {
            return KeyFileKind.AnsibleVault;
        }

        // The base64 of Fernet's version byte, 0x80.
        return file.StartsWith("gAAAAA"u8) ? KeyFileKind.Fernet : KeyFileKind.Plain;
    }

    /// <summary>Reads the key pair of a file that is not encrypted.</summary>
    /// <exception cref="FormatException">The file is not a key file, or its secret and its address do not match.</exception>
    public static KeyPair Read(ReadOnlySpan<byte> file)
    {
        RefuseSize(file);
        return KindOf(file) == KeyFileKind.Plain ? ReadJson(file) : throw new FormatException("The key file is encrypted.");
    }

    /// <summary>Reads the key pair of an encrypted file. Takes about a second and 512 MiB, by design of the password hash.</summary>
    /// <param name="file">A file of <see cref="KeyFileKind.Nacl"/>.</param>
    /// <param name="password">The password in UTF-8.</param>
    /// <exception cref="CryptographicException">The password is wrong, or the file was changed.</exception>
    /// <exception cref="FormatException">The file is of another kind, or does not contain a key.</exception>
    /// <exception cref="InvalidOperationException">There is not enough memory.</exception>
    public static KeyPair Decrypt(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        RefuseSize(file);
        if (KindOf(file) != KeyFileKind.Nacl)
        {
            throw new FormatException("The key file is not encrypted with NaCl.");
        }

        var nonceAndBox = file[NaclMark.Length..];
        if (nonceAndBox.Length < Sodium.BoxNonceSize + Sodium.BoxTagSize)
        {
            throw new FormatException("The key file ends too early.");
        }

        var box = nonceAndBox[Sodium.BoxNonceSize..];
        var json = GC.AllocateArray<byte>(box.Length - Sodium.BoxTagSize, pinned: true);
        Span<byte> key = stackalloc byte[Sodium.BoxKeySize];
        try
        {
            if (!Sodium.TryHashPassword(key, password, Salt))
            {
                throw new InvalidOperationException(
                    "Decrypting a key file needs 512 MiB of memory, and this machine does not have that much free.");
            }

            return Sodium.OpenBox(json, box, nonceAndBox[..Sodium.BoxNonceSize], key) == 0
                ? ReadJson(json)
                : throw new CryptographicException("The password is not that of the key file, or the file was changed.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(json);
        }
    }

    /// <summary>Reads only the address, for files without a secret such as <c>coldkeypub.txt</c>.</summary>
    /// <exception cref="FormatException">The file is not a key file, or has no address.</exception>
    public static AccountId ReadAddress(ReadOnlySpan<byte> file)
    {
        RefuseSize(file);
        var parts = default(Parts);
        RefuseUnless(parts.TryRead(file, withSecrets: false));
        return parts.Account ?? throw new FormatException("The key file has no 'ss58Address'.");
    }

    private static void RefuseSize(ReadOnlySpan<byte> file)
    {
        if (file.Length is 0 or > MaxSize)
        {
            throw new FormatException(
                file.Length == 0 ? "The key file is empty." : $"This is not a key file: it has more than {MaxSize} bytes.");
        }
    }

    private static void RefuseUnless(bool isJson)
    {
        if (!isJson)
        {
            throw new FormatException("The key file is not the JSON of a wallet.");
        }
    }

    private static KeyPair ReadJson(ReadOnlySpan<byte> json)
    {
        var parts = new Parts(stackalloc byte[Sr25519.SeedSize], stackalloc byte[PrivateKeySize], stackalloc char[MaxPhraseLength]);
        try
        {
            RefuseUnless(parts.TryRead(json, withSecrets: true));
            return parts.ToKeyPair();
        }
        finally
        {
            parts.Clear();
        }
    }

    /// <summary>The members of the JSON, in buffers that are overwritten.</summary>
    private ref struct Parts(Span<byte> seed, Span<byte> privateKey, Span<char> phrase)
    {
        private readonly Span<byte> _seed = seed;
        private readonly Span<byte> _privateKey = privateKey;
        private readonly Span<char> _phrase = phrase;
        private int _phraseLength;
        private bool _hasSeed;
        private bool _hasPrivateKey;

        /// <summary>The account that the file names.</summary>
        public AccountId? Account { get; private set; }

        /// <summary>
        /// Reads the members; false if the file is not JSON. Drops the exception of the JSON reader, because its message quotes the file.
        /// </summary>
        public bool TryRead(ReadOnlySpan<byte> json, bool withSecrets)
        {
            try
            {
                Read(json, withSecrets);
                return true;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                return false;
            }
        }

        private void Read(ReadOnlySpan<byte> json, bool withSecrets)
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException();
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader, withSecrets);
            }

            // The reader throws if anything follows.
            reader.Read();
        }

        public readonly KeyPair ToKeyPair()
        {
            if (Account is not { } account)
            {
                throw new FormatException("The key file has no 'ss58Address'.");
            }

            // The seed comes first, because the key of the phrase may have a path or a password that the file does not contain.
            var pair = _hasSeed ? KeyPair.FromSeed(_seed)
                : _phraseLength > 0 ? KeyPair.FromPhrase(_phrase[.._phraseLength], password: [])
                : null;
            if (pair is not null && pair.AccountId == account)
            {
                return pair;
            }

            pair?.Dispose();
            return (_hasPrivateKey ? KeyPair.FromSecretKey(_privateKey, account) : null) ?? throw new FormatException(
                pair is null && !_hasPrivateKey
                    ? "The key file has no secret: none of 'secretSeed', 'secretPhrase', 'privateKey'."
                    : "The secret in the key file does not belong to its 'ss58Address'.");
        }

        public void Clear()
        {
            CryptographicOperations.ZeroMemory(_seed);
            CryptographicOperations.ZeroMemory(_privateKey);
            _phrase.Clear();
        }

        private void ReadMember(ref Utf8JsonReader reader, bool withSecrets)
        {
            if (reader.ValueTextEquals("ss58Address"u8))
            {
                reader.Read();
                var text = reader.GetString();
                Account = Ss58.TryDecode(text, out var account, out _)
                    ? account
                    : throw new FormatException("The 'ss58Address' in the key file is not an address.");
            }
            else if (reader.ValueTextEquals("cryptoType"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && (!reader.TryGetInt32(out var type) || type != 1))
                {
                    throw new FormatException(
                        "The key file has an unsupported signature scheme: Bittensor's hotkeys are sr25519 (cryptoType 1).");
                }
            }
            else if (withSecrets && reader.ValueTextEquals("secretSeed"u8))
            {
                _hasSeed |= TryReadHex(ref reader, _seed, "secretSeed");
            }
            else if (withSecrets && reader.ValueTextEquals("privateKey"u8))
            {
                _hasPrivateKey |= TryReadHex(ref reader, _privateKey, "privateKey");
            }
            else if (withSecrets && reader.ValueTextEquals("secretPhrase"u8))
            {
                ReadPhrase(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        private void ReadPhrase(ref Utf8JsonReader reader)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                _phraseLength = reader.ValueSpan.Length <= MaxPhraseLength
                    ? reader.CopyString(_phrase)
                    : throw new FormatException("The 'secretPhrase' in the key file is not a phrase.");
            }
        }

        // The 0x prefix is optional; null and "" mean that the member is absent.
        private static bool TryReadHex(ref Utf8JsonReader reader, Span<byte> bytes, string member)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                return false;
            }

            var hex = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : throw new JsonException();
            if (hex.StartsWith("0x"u8))
            {
                hex = hex[2..];
            }

            if (hex.IsEmpty)
            {
                return false;
            }

            return hex.Length == 2 * bytes.Length && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done
                ? true
                : throw new FormatException($"The '{member}' in the key file is not {2 * bytes.Length} hex digits.");
        }
    }
}
