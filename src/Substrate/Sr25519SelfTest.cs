namespace S3Auth.Substrate;

/// <summary>
/// Checks, before the first use in a process, that signing and verifying give known results. A broken or unexpected native library, or a
/// processor that computes wrong, must stop the process instead of accepting invalid signatures.
/// </summary>
internal static class Sr25519SelfTest
{
    private static ReadOnlySpan<byte> Message => "S3Auth sr25519 self-test"u8;

    private static ReadOnlySpan<byte> KnownAccount =>
    [
        0xE2, 0x11, 0x17, 0x79, 0x98, 0x16, 0x18, 0x70, 0x5E, 0xCA, 0xCE, 0xA1, 0xAF, 0x6F, 0xF9, 0x35,
        0x0B, 0xCE, 0x2B, 0x2D, 0xCC, 0xD0, 0x3E, 0x0C, 0x3E, 0x01, 0xEB, 0x0C, 0x82, 0x3D, 0x26, 0x66,
    ];

    private static ReadOnlySpan<byte> KnownSignature =>
    [
        0x42, 0x9D, 0x1D, 0x17, 0xC7, 0x41, 0x30, 0xED, 0x83, 0xAC, 0xDF, 0x6C, 0xB1, 0x80, 0x56, 0x64,
        0x92, 0x8C, 0xB1, 0xFE, 0xA3, 0xEB, 0x76, 0xC8, 0x28, 0x69, 0x8A, 0x89, 0x89, 0x0F, 0x1B, 0x23,
        0x94, 0xCD, 0xB2, 0xC9, 0x85, 0x3D, 0x8B, 0x82, 0x60, 0x2C, 0xAC, 0x4C, 0x4E, 0xCC, 0xED, 0x62,
        0xB0, 0x1C, 0xA7, 0x96, 0x62, 0xE5, 0x03, 0x1F, 0xE8, 0x3A, 0x8A, 0xA6, 0x1B, 0x33, 0xD3, 0x8A,
    ];

    /// <exception cref="InvalidOperationException">A result differs from the known one.</exception>
    public static void Run()
    {
        Span<byte> secretKey = stackalloc byte[Sr25519.SecretKeySize];
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        Span<byte> randomness = stackalloc byte[Sr25519.RandomnessSize];
        for (var i = 0; i < seed.Length; i++)
        {
            seed[i] = (byte)i;
            randomness[i] = (byte)(255 - i);
        }

        Sr25519.ExpandSeed(seed, secretKey);
        var account = Sr25519.DeriveAccount(secretKey);
        var signature = Sr25519.Sign(secretKey, account, Message, randomness);
        if (account != AccountId.FromBytes(KnownAccount)
            || signature != Sr25519Signature.FromBytes(KnownSignature)
            || !Sr25519.Verify(account, Message, signature)
            || Sr25519.Verify(account, Message[1..], signature))
        {
            throw new InvalidOperationException(
                "sr25519 failed its self-test: the native library libsodium on this machine computes wrong results.");
        }
    }

    /// <summary>The same for verification with a table.</summary>
    public static void RunWithTable()
    {
        var signature = Sr25519Signature.FromBytes(KnownSignature);
        var key = Sr25519VerifyingKey.TryCreate(AccountId.FromBytes(KnownAccount));
        if (key is null
            || !key.Verify(Message, signature)
            || !key.VerifyEither(Message[1..], Message, signature, out var isSecond)
            || !isSecond
            || key.VerifyEither(Message[1..], Message[2..], signature, out _))
        {
            throw new InvalidOperationException(
                "sr25519 failed its self-test: verification with a table computes wrong results on this machine.");
        }
    }
}
