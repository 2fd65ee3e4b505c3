namespace S3Auth.Substrate;

//  sr25519
//
//      Schnorr signatures over ristretto255 with Merlin transcripts, as Substrate chains use them: schnorrkel with the
//      signing context "substrate".
//
//  References:
//
//      schnorrkel, https://github.com/w3f/schnorrkel (src/context.rs, src/sign.rs, src/derive.rs)
//
//      Merlin v1.0, https://merlin.cool
//
//      STROBE v1.0.2, https://strobe.sourceforge.io/specs
//
//      RFC 9496 - The ristretto255 and decaf448 Groups
//
//  The scheme, with the group's base point B and order L = 2^252 + 27742317777372353535851937790883648493:
//
//      Key pair: a scalar a and the point A = a·B.
//
//      Sign: r from the transcript, the secret nonce and fresh randomness; R = r·B; c = challenge(message, A, R);
//      s = c·a + r. The signature is R and s.
//
//      Verify: s·B − c·A has the encoding R.
//
//  Parameters:
//
//      Seed Size - 32 bytes ("mini secret key"). Its SHA-512 is, clamped as Ed25519 does and divided by the cofactor 8,
//          the scalar, and the secret nonce: 32 bytes each.
//
//      Public Key Size - 32 bytes, a ristretto255 encoding. It is the account id.
//
//      Signature Size - 64 bytes: R (32 bytes) and s (32 bytes, little-endian). s is below 2^253, which leaves the highest
//          bit free; it is always set and marks the signature as schnorrkel's, so that no Ed25519 signature passes.
//
//      Message Size - any, 0 bytes included.
//
//  Verification also rejects:
//
//      An s that is not reduced modulo L, or has no marker: the same signature would have several encodings.
//
//      A or R in an encoding that is not canonical, for the same reason.
//
//      The identity as A (every s would sign everything), as R (it gives the key away), and s = 0.
//
//      With these rules no one can alter a valid signature into another valid one for the same message and key.
//
//  Timing:
//
//      Signing and key derivation run in constant time with respect to the secrets: libsodium's scalar and point
//      arithmetic, SHA-512 and Keccak have no branches or memory accesses that depend on them. Verification and the
//      checks of its inputs run in variable time, because their inputs are public. Sr25519VerifyingKey, for several signatures
//      of one account, has arithmetic of its own; nothing secret may pass through it.

/// <summary>
/// sr25519, the signature scheme of Substrate accounts, with the signing context <c>substrate</c>. Verification allocates
/// nothing and is thread-safe. To verify several signatures of one account, use <see cref="Sr25519VerifyingKey"/>.
/// </summary>
public static class Sr25519
{
    /// <summary>The size of a seed, in bytes; see <see cref="KeyPair.FromSeed"/>.</summary>
    public const int SeedSize = 32;

    internal const int ScalarSize = Sodium.ElementSize;
    internal const int NonceSize = 32;
    internal const int RandomnessSize = 32;

    /// <summary>The size of a scalar and a nonce, in bytes.</summary>
    internal const int SecretKeySize = ScalarSize + NonceSize;

    internal const int PointSize = Sodium.ElementSize;
    private const byte Marker = 0x80;

    /// <summary>The beginning of the transcript of each message; copied for each.</summary>
    private static readonly MerlinTranscript Context = CreateContext();

    static Sr25519() => Sr25519SelfTest.Run();

    /// <summary>The order L of the group, as little-endian words of 64 bits.</summary>
    private static ReadOnlySpan<ulong> Order => [0x5812631A5CF5D3ED, 0x14DEF9DEA2F79CD6, 0, 0x1000000000000000];

    /// <summary>
    /// Whether the signature is valid for this signer and message. Returns <see langword="false"/> for any other bytes; never throws.
    /// </summary>
    /// <param name="signer">The account that is supposed to have signed.</param>
    /// <param name="message">The bytes that were signed.</param>
    /// <param name="signature">The signature.</param>
    public static bool Verify(in AccountId signer, ReadOnlySpan<byte> message, in Sr25519Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Sr25519Signature.Size];
        if (!TryRead(signature, bytes))
        {
            return false;
        }

        var commitment = bytes[..PointSize];
        var response = bytes[PointSize..];
        Span<byte> publicKey = stackalloc byte[PointSize];
        signer.CopyTo(publicKey);
        Span<byte> challenge = stackalloc byte[ScalarSize];
        Challenge(message, publicKey, commitment, challenge);

        // libsodium rejects a key or a product that is the identity, and a key that is not canonically encoded. The comparison below is
        // with a canonical encoding, so it also rejects a commitment that is not canonical.
        Span<byte> left = stackalloc byte[PointSize];
        Span<byte> right = stackalloc byte[PointSize];
        Span<byte> expected = stackalloc byte[PointSize];
        return Sodium.Multiply(right, challenge, publicKey) == 0
            && Sodium.MultiplyBase(left, response) == 0
            && Sodium.Subtract(expected, left, right) == 0
            && expected.SequenceEqual(commitment);
    }

    /// <summary>
    /// Signs with the given randomness. The nonce also depends on the key and the message, so bad randomness does not reveal the key.
    /// </summary>
    internal static Sr25519Signature Sign(
        ReadOnlySpan<byte> secretKey, in AccountId account, ReadOnlySpan<byte> message, ReadOnlySpan<byte> randomness)
    {
        Span<byte> publicKey = stackalloc byte[PointSize];
        account.CopyTo(publicKey);
        var transcript = Begin(message, publicKey);

        Span<byte> wide = stackalloc byte[Sodium.WideScalarSize];
        Span<byte> witness = stackalloc byte[ScalarSize];
        Span<byte> product = stackalloc byte[ScalarSize];
        Span<byte> challenge = stackalloc byte[ScalarSize];
        Span<byte> signature = stackalloc byte[Sr25519Signature.Size];
        var commitment = signature[..PointSize];
        var response = signature[PointSize..];
        try
        {
            transcript.Witness("signing"u8, secretKey[ScalarSize..], randomness, wide);
            Sodium.ReduceScalar(witness, wide);
            if (Sodium.MultiplyBase(commitment, witness) != 0)
            {
                throw new CryptographicException("The nonce of the signature is zero.");
            }

            Challenge(ref transcript, commitment, challenge);
            Sodium.MultiplyScalars(product, challenge, secretKey[..ScalarSize]);
            Sodium.AddScalars(response, product, witness);
            response[^1] |= Marker;
            return Sr25519Signature.FromBytes(signature);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wide);
            CryptographicOperations.ZeroMemory(witness);
            CryptographicOperations.ZeroMemory(product);
        }
    }

    /// <summary>Expands a seed into scalar and nonce, like Ed25519.</summary>
    internal static void ExpandSeed(ReadOnlySpan<byte> seed, Span<byte> secretKey)
    {
        SHA512.HashData(seed, secretKey);
        var scalar = secretKey[..ScalarSize];
        scalar[0] &= 0b1111_1000;
        scalar[^1] &= 0b0011_1111;
        scalar[^1] |= 0b0100_0000;

        // ristretto255 has no cofactor, so the scalar is divided by the cofactor of Ed25519.
        DivideByCofactor(scalar);
    }

    /// <summary>Divides a scalar whose lowest three bits are zero by Ed25519's cofactor, 8.</summary>
    internal static void DivideByCofactor(Span<byte> scalar)
    {
        for (var i = 0; i < scalar.Length; i++)
        {
            var next = i + 1 < scalar.Length ? scalar[i + 1] : 0;
            scalar[i] = (byte)((scalar[i] >> 3) | (next << 5));
        }
    }

    /// <summary>Derives the seed of a hard junction's key from the parent key and the junction's 32-byte chain code.</summary>
    internal static void DeriveHard(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> chainCode, Span<byte> seed)
    {
        var transcript = new MerlinTranscript("SchnorrRistrettoHDKD"u8);
        transcript.Append("sign-bytes"u8, []);
        transcript.Append("chain-code"u8, chainCode);
        transcript.Append("secret-key"u8, secretKey[..ScalarSize]);
        transcript.Challenge("HDKD-hard"u8, seed);
        transcript.Clear();
    }

    /// <summary>The account of a secret key.</summary>
    internal static AccountId DeriveAccount(ReadOnlySpan<byte> secretKey)
    {
        Span<byte> publicKey = stackalloc byte[PointSize];
        return Sodium.MultiplyBase(publicKey, secretKey[..ScalarSize]) == 0
            ? AccountId.FromBytes(publicKey)
            : throw new CryptographicException("The secret key is zero.");
    }

    /// <summary>Whether an expanded secret belongs to the account. Its scalar must be below the group's order.</summary>
    internal static bool IsSecretOf(ReadOnlySpan<byte> secretKey, in AccountId account)
    {
        Span<byte> wide = stackalloc byte[Sodium.WideScalarSize];
        Span<byte> reduced = stackalloc byte[ScalarSize];
        Span<byte> publicKey = stackalloc byte[PointSize];
        try
        {
            // A scalar that is not reduced would make signatures that no verifier accepts.
            wide.Clear();
            secretKey[..ScalarSize].CopyTo(wide);
            Sodium.ReduceScalar(reduced, wide);
            return CryptographicOperations.FixedTimeEquals(reduced, secretKey[..ScalarSize])
                && Sodium.MultiplyBase(publicKey, reduced) == 0
                && AccountId.FromBytes(publicKey) == account;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wide);
            CryptographicOperations.ZeroMemory(reduced);
        }
    }

    private static MerlinTranscript CreateContext()
    {
        var transcript = new MerlinTranscript("SigningContext"u8);
        transcript.Append([], "substrate"u8);
        return transcript;
    }

    /// <summary>
    /// Copies a signature and removes its marker. Returns false if it has no marker, if s is not reduced or zero, or if R is the identity.
    /// </summary>
    internal static bool TryRead(in Sr25519Signature signature, Span<byte> bytes)
    {
        signature.CopyTo(bytes);
        var commitment = bytes[..PointSize];
        var response = bytes[PointSize..];
        if ((response[^1] & Marker) == 0)
        {
            return false;
        }

        response[^1] &= 0xFF ^ Marker;
        return IsReduced(response) && !IsZero(response) && !IsZero(commitment);
    }

    /// <summary>The challenge of a message, key and commitment.</summary>
    internal static void Challenge(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> commitment, Span<byte> challenge)
    {
        var transcript = Begin(message, publicKey);
        Challenge(ref transcript, commitment, challenge);
    }

    /// <summary>Whether all bytes are zero.</summary>
    internal static bool IsZero(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0) < 0;

    private static MerlinTranscript Begin(ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey)
    {
        var transcript = Context;
        transcript.Append("sign-bytes"u8, message);
        transcript.Append("proto-name"u8, "Schnorr-sig"u8);
        transcript.Append("sign:pk"u8, publicKey);
        return transcript;
    }

    private static void Challenge(ref MerlinTranscript transcript, ReadOnlySpan<byte> commitment, Span<byte> challenge)
    {
        Span<byte> wide = stackalloc byte[Sodium.WideScalarSize];
        transcript.Append("sign:R"u8, commitment);
        transcript.Challenge("sign:c"u8, wide);
        Sodium.ReduceScalar(challenge, wide);
    }

    private static bool IsReduced(ReadOnlySpan<byte> scalar)
    {
        for (var i = Order.Length - 1; i >= 0; i--)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(scalar[(i * sizeof(ulong))..]);
            if (word != Order[i])
            {
                return word < Order[i];
            }
        }

        return false;
    }
}
