using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using S3Auth.Substrate.Curve;

namespace S3Auth.Substrate.Tests.Curve;

/// <summary>Compares the field with BigInteger, with limbs at every bound that the comment of FieldElement states.</summary>
public sealed class FieldElementTests
{
    private const int Rounds = 20_000;
    private const ulong MaxReduced = (1UL << 51) + (1UL << 18) - 1;
    private const ulong MaxSubtrahend = (1UL << 53) - 76;
    private const ulong MaxInput = (1UL << 54) - 1;

    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    [Test]
    public void Products_are_those_of_BigInteger_for_limbs_up_to_54_bits()
    {
        var random = new Random(1);
        for (var i = 0; i < Rounds; i++)
        {
            var (left, right) = (Any(random, MaxInput), Any(random, MaxInput));
            CheckReduced(left * right, ValueOf(left) * ValueOf(right));
            CheckReduced(FieldElement.Square(left), ValueOf(left) * ValueOf(left));
        }
    }

    [Test]
    public void Product_of_the_largest_limbs_loses_no_carry()
    {
        var max = FieldElement.FromLimbs(MaxInput, MaxInput, MaxInput, MaxInput, MaxInput);
        CheckReduced(max * max, ValueOf(max) * ValueOf(max));
        CheckReduced(FieldElement.Square(max), ValueOf(max) * ValueOf(max));
        CheckReduced(max.Reduce(), ValueOf(max));
        Assert.That(BytesOf(max), Is.EqualTo(BytesOf(ValueOf(max))));
    }

    [Test]
    public void Sums_and_differences_are_those_of_BigInteger()
    {
        var random = new Random(2);
        for (var i = 0; i < Rounds; i++)
        {
            var (left, right) = (Any(random, MaxSubtrahend), Any(random, MaxSubtrahend));
            Check(left + right, ValueOf(left) + ValueOf(right));
            Check(left - right, ValueOf(left) - ValueOf(right));
            CheckReduced(-left, -ValueOf(left));
            CheckReduced((left + right).Reduce(), ValueOf(left) + ValueOf(right));
            Assert.That(LimbsOf(left - right).ToArray(), Has.All.LessThanOrEqualTo(MaxInput));
        }
    }

    [Test]
    public void Bytes_are_canonical()
    {
        var near = new[] { BigInteger.Zero, Prime, 2 * Prime, BigInteger.Pow(2, 255), BigInteger.Pow(2, 254) }
            .SelectMany(center => Enumerable.Range(-40, 81).Select(distance => center + distance))
            .Where(value => value >= 0 && value < BigInteger.Pow(2, 256));
        foreach (var value in near)
        {
            var element = FieldElement.FromLimbs(Limb(value, 0), Limb(value, 1), Limb(value, 2), Limb(value, 3), (ulong)(value >> 204));
            Assert.That(BytesOf(element), Is.EqualTo(BytesOf(value)), $"{value}");
            Assert.That(element.IsZero, Is.EqualTo(value % Prime == 0));
            Assert.That(element.IsNegative, Is.EqualTo(!(value % Prime).IsEven));
            Assert.That(element.Abs().IsNegative, Is.False);
        }

        static ulong Limb(BigInteger value, int i) => (ulong)((value >> (51 * i)) & ((1UL << 51) - 1));
    }

    [Test]
    public void Bytes_are_read_without_the_highest_bit()
    {
        var random = new Random(3);
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = new byte[32];
            random.NextBytes(bytes);
            bytes.AsSpan(0, random.Next(33)).Fill((byte)(random.Next(2) * 255));
            CheckReduced(FieldElement.FromBytes(bytes), new BigInteger(bytes, isUnsigned: true) & (BigInteger.Pow(2, 255) - 1));
        }
    }

    [Test]
    public void Equality_ignores_the_representation()
    {
        var random = new Random(4);
        for (var i = 0; i < 1000; i++)
        {
            var value = Any(random, MaxSubtrahend);
            Assert.That(value == value.Reduce(), Is.True);
            Assert.That(value - value == FieldElement.Zero, Is.True);
            Assert.That(value != value + FieldElement.One, Is.True);
        }
    }

    [Test]
    public void Inverses_and_roots_are_those_of_BigInteger()
    {
        Assert.That(
            new BigInteger(BytesOf(FieldElement.SqrtMinusOne), isUnsigned: true),
            Is.EqualTo(BigInteger.Parse(
                "19681161376707505956807079304988542015446066515923890162744021073123829784752", CultureInfo.InvariantCulture)),
            "RFC 9496, section 4.1");

        var random = new Random(5);
        var squares = 0;
        for (var i = 0; i < 500; i++)
        {
            var value = i == 0 ? FieldElement.Zero : i == 1 ? FieldElement.One : Any(random, MaxInput);
            var number = ValueOf(value);
            CheckReduced(FieldElement.Invert(value), BigInteger.ModPow(number, Prime - 2, Prime));

            var isSquare = FieldElement.TryInvertSqrt(value, out var root);
            var expected = (number % Prime).IsZero ? 0 : isSquare ? 1 : ValueOf(FieldElement.SqrtMinusOne);
            Assert.That(isSquare, Is.EqualTo(BigInteger.ModPow(number, (Prime - 1) / 2, Prime).IsOne));
            Assert.That(number * ValueOf(root) * ValueOf(root) % Prime, Is.EqualTo(expected));
            Assert.That(root.IsNegative, Is.False);
            squares += isSquare ? 1 : 0;
        }

        Assert.That(squares, Is.InRange(200, 300));
    }

    private static FieldElement Any(Random random, ulong max)
    {
        return FieldElement.FromLimbs(Limb(), Limb(), Limb(), Limb(), Limb());

        ulong Limb() => random.Next(8) switch
        {
            0 => max,
            1 => max - (ulong)random.Next(100),
            2 => 0,
            3 => (ulong)random.Next(100),
            4 => (1UL << 51) - 20 + (ulong)random.Next(40),
            5 => 1UL << random.Next(54) & max,
            _ => (ulong)random.NextInt64((long)max),
        };
    }

    private static void CheckReduced(in FieldElement actual, BigInteger expected)
    {
        Check(actual, expected);
        Assert.That(LimbsOf(actual).ToArray(), Has.All.LessThanOrEqualTo(MaxReduced));
    }

    private static void Check(in FieldElement actual, BigInteger expected)
    {
        Assert.That(((ValueOf(actual) - expected) % Prime).IsZero, Is.True, $"{expected}");
        Assert.That(BytesOf(actual), Is.EqualTo(BytesOf(expected)));
    }

    private static ReadOnlySpan<ulong> LimbsOf(in FieldElement element) =>
        MemoryMarshal.Cast<FieldElement, ulong>(MemoryMarshal.CreateReadOnlySpan(in element, 1));

    private static BigInteger ValueOf(in FieldElement element)
    {
        var value = BigInteger.Zero;
        var limbs = LimbsOf(element);
        for (var i = limbs.Length - 1; i >= 0; i--)
        {
            value = (value << 51) + limbs[i];
        }

        return value;
    }

    private static byte[] BytesOf(in FieldElement element)
    {
        var bytes = new byte[FieldElement.Size];
        element.ToBytes(bytes);
        return bytes;
    }

    private static byte[] BytesOf(BigInteger value)
    {
        var bytes = new byte[FieldElement.Size];
        var canonical = ((value % Prime) + Prime) % Prime;
        Assert.That(canonical.TryWriteBytes(bytes, out _, isUnsigned: true), Is.True);
        return bytes;
    }
}
