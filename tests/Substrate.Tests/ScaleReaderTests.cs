using System.Globalization;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Substrate.Tests;

public sealed class ScaleReaderTests
{
    [Test]
    public void Compact_integers_of_another_implementation_are_read()
    {
        Assert.That(VectorFiles.Compacts, Has.Length.EqualTo(313));
        foreach (var (value, scale) in VectorFiles.Compacts)
        {
            var reader = new ScaleReader(Convert.FromHexString(scale));

            Assert.That(reader.ReadCompact(), Is.EqualTo(ulong.Parse(value, CultureInfo.InvariantCulture)), scale);
            Assert.That(reader.Remaining, Is.Zero, scale);
        }
    }

    [Test]
    public void Compact_integer_that_is_cut_off_is_refused()
    {
        foreach (var (_, scale) in VectorFiles.Compacts)
        {
            var bytes = Convert.FromHexString(scale);
            for (var length = 0; length < bytes.Length; length++)
            {
                AssertRefused(bytes[..length], "are left", static (ref reader) => reader.ReadCompact());
            }
        }
    }

    [TestCase("0100", Description = "0 in two bytes")]
    [TestCase("fd00", Description = "63 in two bytes")]
    [TestCase("02000000", Description = "0 in four bytes")]
    [TestCase("feff0000", Description = "16383 in four bytes")]
    [TestCase("0300000000", Description = "0 in five bytes")]
    [TestCase("03ffffff3f", Description = "2^30 - 1 in five bytes")]
    [TestCase("07ffffffff00", Description = "2^32 - 1 in six bytes")]
    [TestCase("13ffffffffffffff00", Description = "2^56 - 1 in nine bytes")]
    public void Compact_integer_with_a_shorter_form_is_refused(string scale) =>
        AssertRefused(Convert.FromHexString(scale), "longer than it needs", static (ref reader) => reader.ReadCompact());

    [TestCase("17000000000000000001", Description = "2^64")]
    [TestCase("ffff", Description = "67 bytes")]
    public void Compact_integer_beyond_64_bits_is_refused(string scale) =>
        AssertRefused(Convert.FromHexString(scale), "bytes, more than 8", static (ref reader) => reader.ReadCompact());

    [Test]
    public void Compact_integer_beyond_its_type_is_refused()
    {
        AssertRefused(
            Convert.FromHexString("02000400"), "65536 is more than 65535", static (ref reader) => reader.ReadCompact(ushort.MaxValue));

        var reader = new ScaleReader(Convert.FromHexString("feff0300"));
        Assert.That(reader.ReadCompact(ushort.MaxValue), Is.EqualTo(ushort.MaxValue));
    }

    [Test]
    public void Compact_integer_of_one_byte_beyond_its_type_is_refused()
    {
        AssertRefused([2 << 2], "2 is more than 1", static (ref reader) => reader.ReadCompact(max: 1));
        AssertRefused([1 << 2, 2 << 2], "At byte 1: the integer 2 is more than 1", static (ref reader) => reader.SkipCompact(2, max: 1));

        var reader = new ScaleReader([1 << 2, 1 << 2]);
        Assert.That(reader.ReadCompact(max: 1), Is.EqualTo(1));
        reader.SkipCompact(1, max: 1);
        Assert.That(reader.Remaining, Is.Zero);
    }

    [TestCase("17000000000000000001", "18446744073709551616", Description = "2^64")]
    [TestCase("33ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455", Description = "2^128 - 1")]
    [TestCase("13ffffffffffffffff", "18446744073709551615", Description = "2^64 - 1")]
    [TestCase("04", "1")]
    public void Compact_integer_of_128_bits_is_read(string scale, string value)
    {
        var reader = new ScaleReader(Convert.FromHexString(scale));

        Assert.That(reader.ReadCompact128(128), Is.EqualTo(UInt128.Parse(value, CultureInfo.InvariantCulture)));
        Assert.That(reader.Remaining, Is.Zero);
    }

    [Test]
    public void Compact_integer_of_128_bits_that_is_too_long_or_too_wide_is_refused()
    {
        AssertRefused(
            Convert.FromHexString("17ffffffffffffffff00"), "longer than it needs", static (ref reader) => reader.ReadCompact128(128));
        AssertRefused(
            Convert.FromHexString("3700000000000000000000000000000000ff"), "17 bytes, more than 16",
            static (ref reader) => reader.ReadCompact128(128));
        AssertRefused(
            Convert.FromHexString("17000000000000000001"), "9 bytes, more than 8", static (ref reader) => reader.ReadCompact128(64));
        AssertRefused(
            Convert.FromHexString("02000400"), "65536 is more than 65535", static (ref reader) => reader.ReadCompact128(16));
    }

    [Test]
    public void Flag_is_0_or_1()
    {
        var reader = new ScaleReader([0, 1, 1, 0]);
        Assert.That(
            (reader.ReadBool(), reader.ReadBool(), reader.ReadOption(), reader.ReadOption()), Is.EqualTo((false, true, true, false)));

        for (var value = 2; value <= byte.MaxValue; value++)
        {
            AssertRefused([(byte)value], "a boolean is", static (ref reader) => reader.ReadBool());
            AssertRefused([(byte)value], "an option is", static (ref reader) => reader.ReadOption());
        }

        AssertRefused([], "0 are left", static (ref reader) => reader.ReadBool());
    }

    [TestCase(1, 3, true)]
    [TestCase(1, 2, false)]
    [TestCase(32, 96, true)]
    [TestCase(32, 95, false)]
    public void Count_of_items_is_bounded_by_the_remaining_bytes(int size, int left, bool good)
    {
        byte[] bytes = [3 << 2, .. new byte[left]];
        if (good)
        {
            var reader = new ScaleReader(bytes);
            Assert.That(reader.ReadCount(size), Is.EqualTo(3));
        }
        else
        {
            Assert.That(
                () => new ScaleReader(bytes).ReadCount(size), Throws.InstanceOf<ScaleException>().With.Message.Contains("do not fit"));
        }
    }

    [TestCase("feffffff", Description = "2^30 - 1")]
    [TestCase("03ffffffff", Description = "2^32 - 1")]
    [TestCase("070000000001", Description = "2^32")]
    [TestCase("13ffffffffffffffff", Description = "2^64 - 1")]
    public void Huge_count_is_refused_before_any_allocation(string scale) =>
        AssertRefused(Convert.FromHexString(scale), "At byte 0", static (ref reader) => reader.ReadCount(1));

    [Test]
    public void Reading_beyond_the_end_and_ending_early_are_refused()
    {
        var reader = new ScaleReader([1, 2, 3]);
        Assert.That(reader.ReadBytes(2).ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That((reader.Offset, reader.Remaining), Is.EqualTo((2, 1)));
        AssertRefused([1, 2, 3], "4 bytes are needed, 3 are left", static (ref reader) => reader.ReadBytes(4));
        AssertRefused([1, 2, 3], "are needed", static (ref reader) => reader.ReadBytes(-1));
        AssertRefused([1, 2, 3], "3 bytes are left over", static (ref reader) => reader.ReadEnd());
        AssertRefused([1, 2, 3], "1 bytes are left over", static (ref reader) =>
        {
            reader.ReadBytes(2);
            reader.ReadEnd();
        });
    }

    [Test]
    public void Reading_allocates_nothing()
    {
        var bytes = VectorFiles.Compacts.SelectMany(compact => Convert.FromHexString(compact.Scale)).ToArray();

        Assert.That(Allocations.Of(() =>
        {
            var reader = new ScaleReader(bytes);
            while (reader.Remaining > 0)
            {
                reader.ReadCompact();
            }
        }), Is.Zero);
    }

    /// <summary>The value has exactly one encoding, which is the one that was read.</summary>
    [Property(MaxTest = 5000)]
    public void Compact_integer_is_accepted_only_in_its_shortest_form(byte[] bytes)
    {
        ulong value;
        int size;
        try
        {
            var reader = new ScaleReader(bytes);
            value = reader.ReadCompact();
            size = reader.Offset;
        }
        catch (ScaleException)
        {
            return;
        }

        byte[] only = value switch
        {
            < 1UL << 6 => [(byte)(value << 2)],
            < 1UL << 14 => BitConverter.GetBytes((ushort)((value << 2) | 1)),
            < 1UL << 30 => BitConverter.GetBytes((uint)((value << 2) | 2)),
            _ => [(byte)(((Significant(value) - 4) << 2) | 3), .. BitConverter.GetBytes(value).Take(Significant(value))],
        };
        Assert.That(bytes.Take(size), Is.EqualTo(only));

        static int Significant(ulong value) => (64 - System.Numerics.BitOperations.LeadingZeroCount(value) + 7) / 8;
    }

    private delegate void Reading(ref ScaleReader reader);

    private static void AssertRefused(byte[] bytes, string because, Reading read) => Assert.That(
        () =>
        {
            var reader = new ScaleReader(bytes);
            read(ref reader);
        },
        Throws.InstanceOf<ScaleException>().With.Message.Contains(because),
        Convert.ToHexStringLower(bytes));
}
