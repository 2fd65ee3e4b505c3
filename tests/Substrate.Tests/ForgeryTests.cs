namespace S3Auth.Substrate.Tests;

/// <summary>Tampers with a hundred thousand signatures in every possible part, and checks that none is accepted.</summary>
public sealed class ForgeryTests
{
    private const int Each = 12_500;
    private const int Seed = 20261125;

    private delegate (AccountId Signer, byte[] Message, byte[] Signature) Tampering(
        Random random, SignatureVector vector, SignatureVector other);

    private static readonly (string What, Tampering Tamper)[] Tamperings =
    [
        ("a bit of the point", (random, vector, _) => (vector.Signer, vector.Message, Flip(vector.Signature.ToBytes(), random.Next(256)))),
        ("a bit of the scalar", (random, vector, _) =>
            (vector.Signer, vector.Message, Flip(vector.Signature.ToBytes(), 256 + random.Next(255)))),
        ("a bit of the message", (random, vector, _) =>
            (vector.Signer, Flip([.. vector.Message, 0], random.Next((vector.Message.Length + 1) * 8)), vector.Signature.ToBytes())),
        ("a bit of the key", (random, vector, _) =>
            (AccountId.FromBytes(Flip(vector.Signer.ToBytes(), random.Next(256))), vector.Message, vector.Signature.ToBytes())),
        ("another point", (random, vector, _) =>
            (vector.Signer, vector.Message, [.. PointOf(random), .. vector.Signature.ToBytes()[32..]])),
        ("another scalar", (random, vector, _) =>
            (vector.Signer, vector.Message, [.. vector.Signature.ToBytes()[..32], .. ScalarOf(random)])),
        ("another key", (random, vector, _) => (AccountId.FromBytes(PointOf(random)), vector.Message, vector.Signature.ToBytes())),
        ("another's halves", (random, vector, other) => random.Next(2) == 0
            ? (vector.Signer, vector.Message, [.. other.Signature.ToBytes()[..32], .. vector.Signature.ToBytes()[32..]])
            : (vector.Signer, vector.Message, [.. vector.Signature.ToBytes()[..32], .. other.Signature.ToBytes()[32..]])),
    ];

    [Test]
    public void None_of_a_hundred_thousand_forgeries_is_accepted()
    {
        var vectors = VectorFiles.Signatures;
        Assert.That(
            vectors.Take(50),
            Has.All.Matches<SignatureVector>(vector => Compared.Verify(vector.Signer, vector.Message, vector.Signature)),
            "the originals are accepted");

        var accepted = new System.Collections.Concurrent.ConcurrentBag<string>();
        var tried = 0;
        Parallel.For(0, Tamperings.Length * Each * Fuzz.Factor, i =>
        {
            var random = new Random(HashCode.Combine(Seed, i));
            var (what, tamper) = Tamperings[i % Tamperings.Length];
            var at = random.Next(vectors.Length);
            var vector = vectors[at];

            // A vector of another account or message, because the same vector would not be a forgery.
            var other = vectors[(at + 1 + random.Next(vectors.Length - 1)) % vectors.Length];
            var (signer, message, signature) = tamper(random, vector, other);
            if (Compared.Verify(signer, message, Sr25519Signature.FromBytes(signature)))
            {
                accepted.Add($"{what}, number {i}");
            }

            Interlocked.Increment(ref tried);
        });

        Assert.That(accepted, Is.Empty);
        Figures.Print("Forgery", $"{tried} signatures tampered with in {Tamperings.Length} ways, {accepted.Count} accepted");
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return bytes;
    }

    private static byte[] PointOf(Random random)
    {
        var (point, scalar) = (new byte[32], ScalarOf(random));
        scalar[31] &= 0x0F;
        Assert.That(Sodium.MultiplyBase(point, scalar), Is.Zero);
        return point;
    }

    private static byte[] ScalarOf(Random random)
    {
        var (wide, scalar) = (new byte[64], new byte[32]);
        random.NextBytes(wide);
        Sodium.ReduceScalar(scalar, wide);
        scalar[31] |= 0x80;
        return scalar;
    }
}
