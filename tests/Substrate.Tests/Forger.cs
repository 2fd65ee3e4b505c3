using System.Numerics;

namespace S3Auth.Substrate.Tests;

/// <summary>
/// Makes signatures that satisfy the equation but break one other rule, as an attacker who knows the scheme would. A verification without
/// that rule would accept them.
/// </summary>
internal static class Forger
{
    public static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse(
        "27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly byte[] Nonce = [.. VectorFiles.BytesOf("nonce")[..31], 0x0F];

    /// <summary>Signs with the seed's key, but with altered key and commitment in the transcript and the signature.</summary>
    public static Sr25519Signature Sign(
        byte[] seed, byte[] message, Func<byte[], byte[]>? alterCommitment = null, AccountId? claimedKey = null)
    {
        var secretKey = new byte[Sr25519.SecretKeySize];
        Sr25519.ExpandSeed(seed, secretKey);
        var commitment = new byte[32];
        Assert.That(Sodium.MultiplyBase(commitment, Nonce), Is.Zero);
        commitment = alterCommitment?.Invoke(commitment) ?? commitment;
        var key = claimedKey ?? Sr25519.DeriveAccount(secretKey);

        return Assemble(commitment, Respond(Challenge(key, message, commitment), secretKey[..32], Nonce));
    }

    /// <summary>A signature with the identity as commitment: the nonce is zero.</summary>
    public static Sr25519Signature SignWithoutNonce(byte[] seed, byte[] message)
    {
        var secretKey = new byte[Sr25519.SecretKeySize];
        Sr25519.ExpandSeed(seed, secretKey);
        var commitment = new byte[32];

        return Assemble(
            commitment, Respond(Challenge(Sr25519.DeriveAccount(secretKey), message, commitment), secretKey[..32], new byte[32]));
    }

    /// <summary>A signature for the identity as key, which needs no secret.</summary>
    public static Sr25519Signature SignForIdentity()
    {
        var commitment = new byte[32];
        Assert.That(Sodium.MultiplyBase(commitment, Nonce), Is.Zero);
        return Assemble(commitment, Nonce);
    }

    /// <summary>The same signature with the group's order added to s.</summary>
    public static Sr25519Signature AddOrder(Sr25519Signature signature)
    {
        var bytes = signature.ToBytes();
        bytes[63] &= 0x7F;
        var response = new BigInteger(bytes.AsSpan(32), isUnsigned: true) + Order;
        Assert.That(response.TryWriteBytes(bytes.AsSpan(32), out var written, isUnsigned: true), Is.True);
        bytes.AsSpan(32 + written).Clear();
        Assert.That(bytes[63] & 0x80, Is.Zero);
        bytes[63] |= 0x80;
        return Sr25519Signature.FromBytes(bytes);
    }

    private static byte[] Challenge(AccountId key, byte[] message, byte[] commitment)
    {
        var transcript = new MerlinTranscript("SigningContext"u8);
        transcript.Append([], "substrate"u8);
        transcript.Append("sign-bytes"u8, message);
        transcript.Append("proto-name"u8, "Schnorr-sig"u8);
        transcript.Append("sign:pk"u8, key.ToBytes());
        transcript.Append("sign:R"u8, commitment);
        var (wide, challenge) = (new byte[64], new byte[32]);
        transcript.Challenge("sign:c"u8, wide);
        Sodium.ReduceScalar(challenge, wide);
        return challenge;
    }

    private static byte[] Respond(byte[] challenge, byte[] secret, byte[] nonce)
    {
        var (product, response) = (new byte[32], new byte[32]);
        Sodium.MultiplyScalars(product, challenge, secret);
        Sodium.AddScalars(response, product, nonce);
        return response;
    }

    private static Sr25519Signature Assemble(byte[] commitment, byte[] response)
    {
        byte[] bytes = [.. commitment, .. response];
        bytes[63] |= 0x80;
        return Sr25519Signature.FromBytes(bytes);
    }
}
