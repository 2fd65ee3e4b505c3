using System.Numerics;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Substrate.Tests;

public sealed class Sr25519Tests
{
    private static readonly BigInteger FieldPrime = BigInteger.Pow(2, 255) - 19;

    /// <summary>Invalid keys: the encodings of RFC 9496, appendix A.3, and the identity.</summary>
    private static IEnumerable<string> InvalidPoints =>
    [
        // The identity.
        "0000000000000000000000000000000000000000000000000000000000000000",

        // Not reduced modulo the field's prime.
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",

        // Negative field elements.
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
        "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
        "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
        "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
        "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",

        // Not a square.
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
        "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad87",
        "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
        "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
        "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
        "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
        "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",

        // A negative product of the coordinates.
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
        "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
        "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
        "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
        "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
        "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
        "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
        "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",

        // The coordinate y is zero.
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    private static SignatureVector Vector => VectorFiles.Signatures[100];

    private static byte[] Seed => Convert.FromHexString(Vector.Key.Seed);

    [Test]
    public void Verify_accepts_the_signatures_of_other_implementations_over_every_length_to_10000()
    {
        Assert.That(VectorFiles.Signatures, Has.Length.EqualTo(10_001));
        foreach (var vector in VectorFiles.Signatures)
        {
            Assert.That(Compared.Verify(vector.Signer, vector.Message, vector.Signature), Is.True, $"length {vector.Length}");
        }
    }

    [Test]
    public void Verify_refuses_signatures_with_any_bit_changed()
    {
        var tampered = 0;
        foreach (var vector in VectorFiles.Signatures.Where(vector => vector.Length % 5 == 0).Take(40))
        {
            var message = vector.Message;
            var bytes = vector.Signature.ToBytes();
            for (var bit = 0; bit < 8 * Sr25519Signature.Size; bit++)
            {
                Flip(bytes, bit);
                Assert.That(
                    Compared.Verify(vector.Signer, message, Sr25519Signature.FromBytes(bytes)), Is.False,
                    $"length {vector.Length}, bit {bit}");
                Flip(bytes, bit);
                tampered++;
            }

            Assert.That(Compared.Verify(vector.Signer, message, Sr25519Signature.FromBytes(bytes)), Is.True);
        }

        Assert.That(tampered, Is.GreaterThanOrEqualTo(20_000));
    }

    [Test]
    public void Verify_refuses_keys_with_any_bit_changed()
    {
        foreach (var vector in VectorFiles.Signatures.Skip(50).Take(6))
        {
            var key = vector.Signer.ToBytes();
            for (var bit = 0; bit < 8 * AccountId.Size; bit++)
            {
                Flip(key, bit);
                Assert.That(Compared.Verify(AccountId.FromBytes(key), vector.Message, vector.Signature), Is.False, $"bit {bit}");
                Flip(key, bit);
            }
        }
    }

    [TestCase(1)]
    [TestCase(165)]
    [TestCase(166)]
    [TestCase(167)]
    [TestCase(1000)]
    public void Verify_refuses_messages_with_any_byte_changed(int length)
    {
        var vector = VectorFiles.Signatures[length];
        var message = vector.Message;
        for (var i = 0; i < length; i++)
        {
            Flip(message, (8 * i) + (i % 8));
            Assert.That(Compared.Verify(vector.Signer, message, vector.Signature), Is.False, $"byte {i}");
            Flip(message, (8 * i) + (i % 8));
        }

        Assert.That(Compared.Verify(vector.Signer, message, vector.Signature), Is.True);
        Assert.That(Compared.Verify(vector.Signer, message.AsSpan(1), vector.Signature), Is.False);
        Assert.That(Compared.Verify(vector.Signer, message.AsSpan(0, length - 1), vector.Signature), Is.False);
        Assert.That(Compared.Verify(vector.Signer, [.. message, 0], vector.Signature), Is.False);
    }

    [Test]
    public void Verify_refuses_a_signature_of_another_signer_or_message()
    {
        for (var i = 0; i < 200; i++)
        {
            var (left, right) = (VectorFiles.Signatures[i], VectorFiles.Signatures[i + 1]);
            Assert.That(Compared.Verify(right.Signer, left.Message, left.Signature), Is.False);
            Assert.That(Compared.Verify(left.Signer, right.Message, left.Signature), Is.False);
            Assert.That(Compared.Verify(left.Signer, left.Message, right.Signature), Is.False);
        }
    }

    [Test]
    public void Verify_accepts_a_signature_of_the_forger_that_breaks_no_rule() =>
        Assert.That(Compared.Verify(Vector.Signer, Vector.Message, Forger.Sign(Seed, Vector.Message)), Is.True);

    [Test]
    public void Verify_refuses_a_signature_without_the_marker()
    {
        foreach (var vector in VectorFiles.Signatures.Take(200))
        {
            var bytes = vector.Signature.ToBytes();
            bytes[63] &= 0x7F;
            Assert.That(Compared.Verify(vector.Signer, vector.Message, Sr25519Signature.FromBytes(bytes)), Is.False);
        }
    }

    [Test]
    public void Verify_refuses_a_response_that_is_not_reduced()
    {
        foreach (var vector in VectorFiles.Signatures.Take(200))
        {
            Assert.That(Compared.Verify(vector.Signer, vector.Message, Forger.AddOrder(vector.Signature)), Is.False);
        }
    }

    [Test]
    public void Verify_refuses_the_identity_as_key() =>
        Assert.That(Compared.Verify(default, "anything"u8, Forger.SignForIdentity()), Is.False);

    [Test]
    public void Verify_refuses_the_identity_as_commitment() =>
        Assert.That(Compared.Verify(Vector.Signer, Vector.Message, Forger.SignWithoutNonce(Seed, Vector.Message)), Is.False);

    [Test]
    public void Verify_refuses_a_key_with_the_unused_highest_bit()
    {
        var bytes = Vector.Signer.ToBytes();
        bytes[31] |= 0x80;
        var key = AccountId.FromBytes(bytes);

        Assert.That(Compared.Verify(key, Vector.Message, Forger.Sign(Seed, Vector.Message, claimedKey: key)), Is.False);
    }

    [Test]
    public void Verify_refuses_a_key_that_is_negated()
    {
        var key = AccountId.FromBytes(Negate(Vector.Signer.ToBytes()));

        Assert.That(Compared.Verify(key, Vector.Message, Forger.Sign(Seed, Vector.Message, claimedKey: key)), Is.False);
    }

    [Test]
    public void Verify_refuses_a_commitment_with_the_unused_highest_bit()
    {
        var signature = Forger.Sign(Seed, Vector.Message, commitment => [.. commitment[..31], (byte)(commitment[31] | 0x80)]);

        Assert.That(Compared.Verify(Vector.Signer, Vector.Message, signature), Is.False);
    }

    [Test]
    public void Verify_refuses_a_commitment_that_is_negated() =>
        Assert.That(Compared.Verify(Vector.Signer, Vector.Message, Forger.Sign(Seed, Vector.Message, Negate)), Is.False);

    [TestCaseSource(nameof(InvalidPoints))]
    public void Verify_refuses_points_that_are_not_canonical(string hex)
    {
        var point = Convert.FromHexString(hex);
        var key = AccountId.FromBytes(point);

        Assert.That(Sr25519VerifyingKey.TryCreate(key), Is.Null);
        Assert.That(Compared.Verify(key, Vector.Message, Vector.Signature), Is.False);
        Assert.That(Compared.Verify(key, Vector.Message, Forger.Sign(Seed, Vector.Message, claimedKey: key)), Is.False);
        Assert.That(Compared.Verify(Vector.Signer, Vector.Message, Forger.Sign(Seed, Vector.Message, _ => point)), Is.False);
    }

    [Test]
    public void Response_of_zero_is_refused()
    {
        // No signature with it can be made that satisfies the equation, so the rule is tested by itself.
        var bytes = Vector.Signature.ToBytes();
        bytes.AsSpan(32).Clear();
        bytes[63] = 0x80;
        Assert.That(Sr25519.TryRead(Sr25519Signature.FromBytes(bytes), new byte[64]), Is.False);
        bytes[32] = 1;
        Assert.That(Sr25519.TryRead(Sr25519Signature.FromBytes(bytes), new byte[64]), Is.True);
    }

    [Test]
    public void Verify_refuses_responses_at_the_bounds()
    {
        BigInteger[] responses =
            [0, 1, Forger.Order - 1, Forger.Order, Forger.Order + 1, BigInteger.Pow(2, 253), BigInteger.Pow(2, 255) - 1];
        foreach (var response in responses)
        {
            var bytes = Vector.Signature.ToBytes();
            bytes.AsSpan(32).Clear();
            Assert.That(response.TryWriteBytes(bytes.AsSpan(32), out _, isUnsigned: true), Is.True);
            bytes[63] |= 0x80;
            Assert.That(Compared.Verify(Vector.Signer, Vector.Message, Sr25519Signature.FromBytes(bytes)), Is.False, $"{response}");
        }
    }

    [Test]
    public void Verify_refuses_Ed25519_signatures_with_and_without_the_marker()
    {
        Assert.That(VectorFiles.Ed25519, Has.Length.EqualTo(40));
        foreach (var (length, account, signature) in VectorFiles.Ed25519)
        {
            var key = AccountId.FromBytes(Convert.FromHexString(account));
            var bytes = Convert.FromHexString(signature);
            Assert.That(Compared.Verify(key, VectorFiles.MessageOf(length), Sr25519Signature.FromBytes(bytes)), Is.False);

            bytes[63] |= 0x80;
            Assert.That(Compared.Verify(key, VectorFiles.MessageOf(length), Sr25519Signature.FromBytes(bytes)), Is.False);
        }
    }

    [Test]
    public void Verify_refuses_defaults() => Assert.That(Compared.Verify(default, [], default), Is.False);

    [Property(MaxTest = 3000)]
    public bool Verify_answers_any_bytes(byte[] key, byte[] message, byte[] signature, bool marker)
    {
        var bytes = Fit(signature, Sr25519Signature.Size);
        bytes[63] |= (byte)(marker ? 0x80 : 0);
        return !Compared.Verify(AccountId.FromBytes(Fit(key, AccountId.Size)), message, Sr25519Signature.FromBytes(bytes));

        static byte[] Fit(byte[] bytes, int size) => [.. bytes.Take(size), .. new byte[Math.Max(0, size - bytes.Length)]];
    }

    [Test]
    public void Verify_allocates_nothing()
    {
        var (signer, message, signature) = (Vector.Signer, Vector.Message, Vector.Signature);

        Assert.That(Allocations.Of(() => Sr25519.Verify(signer, message, signature)), Is.Zero);
        Assert.That(Allocations.Of(() => Sr25519.Verify(default, message, signature)), Is.Zero);
        Assert.That(Allocations.Of(() => Sr25519.Verify(signer, message, default)), Is.Zero);
    }

    private static void Flip(byte[] bytes, int bit) => bytes[bit / 8] ^= (byte)(1 << (bit % 8));

    private static byte[] Negate(byte[] fieldElement)
    {
        var bytes = new byte[32];
        Assert.That((FieldPrime - new BigInteger(fieldElement, isUnsigned: true)).TryWriteBytes(bytes, out _, isUnsigned: true), Is.True);
        return bytes;
    }
}
