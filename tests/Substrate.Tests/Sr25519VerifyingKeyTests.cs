using S3Auth.Substrate.Curve;

namespace S3Auth.Substrate.Tests;

/// <summary>The other rules of verification are in Sr25519Tests, which verify with both implementations.</summary>
public sealed class Sr25519VerifyingKeyTests
{
    private static SignatureVector Vector => VectorFiles.Signatures[100];

    private static Sr25519VerifyingKey Key => Sr25519VerifyingKey.TryCreate(Vector.Signer)!;

    [Test]
    public void Either_of_two_messages_may_be_signed()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Key.VerifyEither(Vector.Message, "other"u8, Vector.Signature, out var isSecond), Is.True);
            Assert.That(isSecond, Is.False);
            Assert.That(Key.VerifyEither("other"u8, Vector.Message, Vector.Signature, out isSecond), Is.True);
            Assert.That(isSecond, Is.True);
            Assert.That(Key.VerifyEither("other"u8, "another"u8, Vector.Signature, out isSecond), Is.False);
            Assert.That(isSecond, Is.False);
            Assert.That(Key.VerifyEither("other"u8, "other"u8, Vector.Signature, out _), Is.False);
        });
    }

    [Test]
    public void Second_message_is_verified_as_strictly_as_the_first()
    {
        foreach (var vector in VectorFiles.Signatures.Take(500))
        {
            var key = Sr25519VerifyingKey.TryCreate(vector.Signer)!;
            Assert.That(key.VerifyEither("other"u8, vector.Message, vector.Signature, out _), Is.True);

            var bytes = vector.Signature.ToBytes();
            bytes[vector.Length % 63] ^= (byte)(1 << (vector.Length % 8));
            Assert.That(key.VerifyEither("other"u8, vector.Message, Sr25519Signature.FromBytes(bytes), out _), Is.False);
            Assert.That(key.VerifyEither("other"u8, vector.Message, Forger.AddOrder(vector.Signature), out _), Is.False);
        }
    }

    [Test]
    public void Identity_and_invalid_keys_have_no_table()
    {
        var negative = Vector.Signer.ToBytes();
        negative[0] |= 1;

        Assert.That(Sr25519VerifyingKey.TryCreate(default), Is.Null);
        Assert.That(Sr25519VerifyingKey.TryCreate(AccountId.FromBytes(negative)), Is.Null);
    }

    [Test]
    public void Challenge_of_zero_is_refused()
    {
        // No message with this challenge can be found, so the rule is tested by itself.
        var commitment = new byte[32];
        EdwardsPoint.Base.Encode(commitment);
        var challenge = new byte[32];

        Assert.That(Sr25519VerifyingKey.IsCommitment(EdwardsPoint.Base, challenge, commitment), Is.False);
        challenge[0] = 1;
        Assert.That(Sr25519VerifyingKey.IsCommitment(EdwardsPoint.Base, challenge, commitment), Is.True);
    }

    [Test]
    public void Verification_allocates_nothing()
    {
        var (key, message, signature) = (Key, Vector.Message, Vector.Signature);

        Assert.That(Allocations.Of(() => key.Verify(message, signature)), Is.Zero);
        Assert.That(Allocations.Of(() => key.VerifyEither("other"u8, "another"u8, signature, out _)), Is.Zero);
    }
}
