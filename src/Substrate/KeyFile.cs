using System.Buffers;
using System.Text.Json;

namespace S3Auth.Substrate;

/// <summary>
/// A key file of a Bittensor wallet: <c>wallets/NAME/hotkeys/HOTKEY</c>, JSON with some of <c>secretSeed</c>, <c>secretPhrase</c>,
/// <c>privateKey</c>, <c>ss58Address</c>, <c>publicKey</c>, <c>accountId</c>; and the same encrypted with a password. The bytes
/// given are the caller's, who overwrites them; what is decrypted here is overwritten here. No message repeats any of it.
/// </summary>
/// <remarks>
/// Encrypted: <c>$NACL</c>, then libsodium's secretbox (XSalsa20-Poly1305) of the JSON with its 24-byte nonce in front, under
/// Argon2i 1.3 of the password at libsodium's SENSITIVE limits (8 passes over 512 MiB), with one salt for all files.
/// </remarks>
public static class KeyFile
{
    /// <summary>The largest file that is read, in bytes; a real one has about 500.</summary>
    public const int MaxSize = 64 * 1024;

    private const int PrivateKeySize = Sr25519.SecretKeySize;

    // In characters: 24 words of at most 8 letters, and white space between them.
    private const int MaxPhraseLength = 1024;

    private static ReadOnlySpan<byte> NaclMark => "$NACL"u8;

    private static ReadOnlySpan<byte> Salt => [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];

    /// <summary>Whether a password is needed, or why the file cannot be read at all.</summary>
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

        // Fernet's version byte 0x80 in base64.
        return file.StartsWith("gAAAAA"u8) ? KeyFileKind.Fernet : KeyFileKind.Plain;
    }

    /// <summary>Reads the key pair of a file that is not encrypted.</summary>
    /// <exception cref="FormatException">It is no key file, or its parts do not belong together.</exception>
    public static KeyPair Read(ReadOnlySpan<byte> file)
    {
        RefuseSize(file);
        return KindOf(file) == KeyFileKind.Plain ? ReadJson(file) : throw new FormatException("The key file is encrypted.");
    }

    /// <summary>Reads the key pair of an encrypted file. Takes about a second and 512 MiB: that is what protects it.</summary>
    /// <param name="file">A file of <see cref="KeyFileKind.Nacl"/>.</param>
    /// <param name="password">The password in UTF-8.</param>
    /// <exception cref="CryptographicException">The password is another, or the file was changed.</exception>
    /// <exception cref="FormatException">It is no such file, or what it holds is no key.</exception>
    /// <exception cref="InvalidOperationException">There is not that much memory.</exception>
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
                throw new InvalidOperationException("Reading an encrypted key file takes 512 MiB of memory, which are not there.");
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

    /// <summary>Reads the account of a file that holds no secret, such as <c>coldkeypub.txt</c>; of one that does, only its address.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
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
            throw new FormatException(file.Length == 0 ? "The key file is empty." : $"The key file has more than {MaxSize} bytes: it is none.");
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

    /// <summary>What was found in the JSON, in places that are overwritten.</summary>
    private ref struct Parts(Span<byte> seed, Span<byte> privateKey, Span<char> phrase)
    {
        private readonly Span<byte> _seed = seed;
        private readonly Span<byte> _privateKey = privateKey;
        private readonly Span<char> _phrase = phrase;
        private int _phraseLength;
        private bool _hasSeed;
        private bool _hasPrivateKey;

        /// <summary>Whose the file says it is.</summary>
        public AccountId? Account { get; private set; }

        /// <summary>Whether it is JSON at all; the reader's own message is dropped, since it quotes what it stopped at.</summary>
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

            // Nothing may follow: the reader throws at it.
            reader.Read();
        }

        public readonly KeyPair ToKeyPair()
        {
            if (Account is not { } account)
            {
                throw new FormatException("The key file has no 'ss58Address'.");
            }

            // The seed first: a phrase may have been given a path or a password that the file does not tell.
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
                    : "The secret in the key file is not that of its 'ss58Address'.");
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
                Account = Ss58.TryDecode(text, out var account, out _) ? account : throw new FormatException("The 'ss58Address' in the key file is no address.");
            }
            else if (reader.ValueTextEquals("cryptoType"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && (!reader.TryGetInt32(out var type) || type != 1))
                {
                    throw new FormatException("The key file is of another signature scheme: only sr25519 (cryptoType 1) is one of Bittensor's hotkeys.");
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
                    : throw new FormatException("The 'secretPhrase' in the key file is no phrase.");
            }
        }

        // 0x may be there or not; null and "" mean that there is none.
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
