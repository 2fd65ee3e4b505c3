using System.Numerics;
using System.Security.Cryptography;
using S3Auth.Substrate.Curve;

namespace S3Auth.Substrate.Tests.Curve;

/// <summary>Compares points and tables with libsodium.</summary>
public sealed class EdwardsPointTests
{
    private static readonly byte[] IdentityBytes = new byte[32];

    /// <summary>Scalars whose digits carry over many positions, or begin and end at the parts of a table.</summary>
    private static IEnumerable<BigInteger> ExtremeScalars =>
    [
        0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129,
        Forger.Order - 1, Forger.Order - 2, Forger.Order / 2, (Forger.Order / 2) + 1,
        .. Enumerable.Range(1, 252).Select(bit => BigInteger.Pow(2, bit)),
        .. Enumerable.Range(1, 252).Select(bit => BigInteger.Pow(2, bit) - 1),
        .. Enumerable.Range(1, 7).Select(part => (BigInteger.Pow(2, 32 * part) * 0xFFFF_FFFF) % Forger.Order),
        .. new byte[] { 0x55, 0xAA, 0x77, 0x88, 0x80, 0x7F, 0x0F, 0xF0, 0x01 }.Select(
            pattern => new BigInteger([.. Enumerable.Repeat(pattern, 31), (byte)0], isUnsigned: true)),
    ];

    [Test]
    public void Base_point_has_the_encoding_of_RFC_9496() => Assert.That(
        Convert.ToHexStringLower(Encode(EdwardsPoint.Base)),
        Is.EqualTo("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"));

    [Test]
    public void Decoding_accepts_what_libsodium_accepts()
    {
        var random = new Random(1);
        var accepted = 0;
        for (var i = 0; i < 4000; i++)
        {
            var bytes = new byte[32];
            random.NextBytes(bytes);
            bytes[0] &= 0xFE;
            bytes[31] &= (byte)(i % 8 == 0 ? 0xFF : 0x7F);
            var isValid = Sodium.Subtract(new byte[32], bytes, IdentityBytes) == 0;
            Assert.That(EdwardsPoint.TryDecode(bytes, out var point), Is.EqualTo(isValid), Convert.ToHexString(bytes));
            if (isValid)
            {
                Assert.That(Encode(point), Is.EqualTo(bytes));
                accepted++;
            }
        }

        Assert.That(accepted, Is.GreaterThan(500));
    }

    [Test]
    public void Sums_and_differences_are_those_of_libsodium()
    {
        for (var i = 0; i < 500; i++)
        {
            var (left, right) = (PointOf(RandomScalar()), i % 5 == 0 ? IdentityBytes : PointOf(RandomScalar()));
            var (p, q) = (Decode(left), Decode(right));
            var table = q.ToTable(FieldElement.One);
            var difference = new byte[32];
            Assert.That(Sodium.Subtract(difference, left, right), Is.Zero);

            Assert.Multiple(() =>
            {
                Assert.That(Encode(p.Subtract(q)), Is.EqualTo(difference));
                Assert.That(Encode(p.Subtract(table)), Is.EqualTo(difference));
                Assert.That(Encode(Decode(difference).Add(q)), Is.EqualTo(left));
                Assert.That(Encode(Decode(difference).Add(table)), Is.EqualTo(left));
                Assert.That(Encode(p.Double().Subtract(p)), Is.EqualTo(left));
                Assert.That(Encode(p.Add(p)), Is.EqualTo(Encode(p.Double())));
                Assert.That(Encode(p.Subtract(p)), Is.EqualTo(IdentityBytes));
            });
        }
    }

    [Test]
    public void Points_of_one_element_have_one_encoding()
    {
        // The order times a decoded point is a point of 4-torsion, which is the identity of the group in another representation.
        var representatives = new HashSet<string>();
        var order = Bytes(Forger.Order);
        for (var i = 0; i < 200; i++)
        {
            var bytes = PointOf(RandomScalar());
            var identity = EdwardsPoint.Identity;
            for (var bit = 255; bit >= 0; bit--)
            {
                identity = identity.Double();
                identity = ((order[bit / 8] >> (bit % 8)) & 1) != 0 ? identity.Add(Decode(bytes)) : identity;
            }

            Assert.That(Encode(identity), Is.EqualTo(IdentityBytes));
            Assert.That(identity.MayEncodeTo(IdentityBytes), Is.True);
            var point = Decode(bytes).Double();
            Assert.That(Encode(point.Add(identity)), Is.EqualTo(Encode(point)));
            Assert.That(point.Add(identity).MayEncodeTo(Encode(point)), Is.True);

            var inverse = FieldElement.Invert(identity.Z);
            var (x, y) = (new byte[32], new byte[32]);
            (identity.X * inverse).ToBytes(x);
            (identity.Y * inverse).ToBytes(y);
            representatives.Add(Convert.ToHexString(x) + Convert.ToHexString(y));
        }

        Assert.That(representatives, Has.Count.EqualTo(4));
    }

    [Test]
    public void Other_encodings_are_excluded_except_that_of_the_opposite()
    {
        for (var i = 0; i < 200; i++)
        {
            var (point, other) = (Decode(PointOf(RandomScalar())), PointOf(RandomScalar()));
            Assert.That(point.MayEncodeTo(Encode(point)), Is.True);
            Assert.That(point.MayEncodeTo(other), Is.False);
            Assert.That(Encode(EdwardsPoint.Identity.Subtract(point)), Is.Not.EqualTo(Encode(point)));
        }
    }

    [Test]
    public void Multiples_are_those_of_libsodium()
    {
        var scalars = ExtremeScalars.Concat(Enumerable.Range(0, 500).Select(_ => RandomScalar())).ToArray();
        var random = new Random(2);
        var key = PointOf(RandomScalar());
        var table = new MultiplesTable(Decode(key), MultiplesTable.KeyWidth);
        foreach (var scalar in scalars)
        {
            Check(scalar, scalars[random.Next(scalars.Length)]);
            Check(scalars[random.Next(scalars.Length)], scalar);
            Check(scalar, 0);
            Check(0, scalar);
        }

        void Check(BigInteger scalar, BigInteger baseScalar)
        {
            var negative = new byte[32];
            _ = Sodium.Multiply(negative, Bytes((Forger.Order - scalar) % Forger.Order), key);
            var expected = new byte[32];
            Assert.That(Sodium.Subtract(expected, PointOf(baseScalar), negative), Is.Zero);
            Assert.That(
                Encode(table.MultiplyAdd(Bytes(scalar), Bytes(baseScalar))), Is.EqualTo(expected), $"{scalar}, {baseScalar}");
        }
    }

    private static byte[] Encode(in EdwardsPoint point)
    {
        var bytes = new byte[32];
        point.Encode(bytes);
        return bytes;
    }

    private static EdwardsPoint Decode(byte[] bytes)
    {
        Assert.That(EdwardsPoint.TryDecode(bytes, out var point), Is.True);
        return point;
    }

    /// <summary>The scalar times the base point, by libsodium; zeros for the identity.</summary>
    private static byte[] PointOf(BigInteger scalar)
    {
        var point = new byte[32];
        return Sodium.MultiplyBase(point, Bytes(scalar)) == 0 ? point : IdentityBytes;
    }

    private static BigInteger RandomScalar() => new BigInteger(RandomNumberGenerator.GetBytes(40), isUnsigned: true) % Forger.Order;

    private static byte[] Bytes(BigInteger scalar)
    {
        var bytes = new byte[32];
        Assert.That(scalar.TryWriteBytes(bytes, out _, isUnsigned: true), Is.True);
        return bytes;
    }
}
