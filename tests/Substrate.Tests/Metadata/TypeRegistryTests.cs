using S3Auth.Substrate.Metadata;
using S3Auth.Testing.Chain;

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>Skips random values of random types, which another implementation encoded.</summary>
public sealed class TypeRegistryTests
{
    private const int Seed = 4711;

    private static readonly byte[] Behind = [0, 0xff, 1];

    [Test]
    public void Random_value_is_skipped_exactly_to_its_end()
    {
        var values = 0;
        foreach (var (registry, type, value, name) in Cases())
        {
            Assert.That(Skip(registry, type, [.. value, .. Behind]), Is.EqualTo(value.Length), name);
            values++;
        }

        Assert.That(values, Is.GreaterThan(10_000));
        Figures.Print("Random registries", $"{RandomRegistries.All.Count} registries, {values} values");
    }

    [Test]
    public void Sizes_of_a_type_are_those_of_its_values()
    {
        foreach (var (registry, type, value, name) in Cases())
        {
            Assert.That(registry.MinSizeOf(type), Is.LessThanOrEqualTo(value.Length), name);
            Assert.That(registry.FixedSizeOf(type) ?? value.Length, Is.EqualTo(value.Length), name);
        }
    }

    [Test]
    public void Random_value_that_is_cut_off_is_refused()
    {
        var random = new Random(Seed);
        foreach (var (registry, type, value, name) in Cases())
        {
            foreach (var length in new[] { 0, value.Length - 1, random.Next(value.Length + 1) }.Distinct())
            {
                if (length >= 0 && length < value.Length)
                {
                    Assert.That(
                        () => Skip(registry, type, value[..length]), Throws.InstanceOf<ScaleException>(), $"{name}, {length} bytes");
                }
            }
        }
    }

    [Test]
    public void Damaged_value_is_refused_or_skipped_within_its_bytes()
    {
        var random = new Random(Seed);
        var refused = 0;
        foreach (var (registry, type, value, name) in Cases())
        {
            var damaged = Fuzz.Damage(random, value);
            try
            {
                Assert.That(Skip(registry, type, damaged), Is.LessThanOrEqualTo(damaged.Length), name);
            }
            catch (ScaleException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(1_000));
    }

    [TestCase(3, 1)]
    [TestCase(4, 2)]
    [TestCase(5, 4)]
    [TestCase(6, 8)]
    public void Bits_are_skipped_by_the_words_that_store_them(byte store, int size)
    {
        var registry = RuntimeMetadata.Decode(HandmadeMetadata.Write([HandmadeMetadata.Primitive(store), HandmadeMetadata.Bits(0)])).Types;
        foreach (var bits in new[] { 0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 200 })
        {
            var words = ((bits + (8 * size)) - 1) / (8 * size);
            byte[] value = [.. HandmadeMetadata.Compact((ulong)bits), .. new byte[words * size]];

            Assert.That(Skip(registry, 1, [.. value, .. Behind]), Is.EqualTo(value.Length), $"{bits} bits");
        }
    }

    [Test]
    public void Value_that_is_not_of_its_type_is_refused()
    {
        var registry = RuntimeMetadata.Decode(HandmadeMetadata.Write(
        [
            HandmadeMetadata.Bool, HandmadeMetadata.Primitive(1), HandmadeMetadata.Text, HandmadeMetadata.U8, HandmadeMetadata.CompactOf(3),
            HandmadeMetadata.Variant(),
        ])).Types;

        Assert.Multiple(() =>
        {
            Assert.That(() => Skip(registry, 0, [2]), Throws.InstanceOf<ScaleException>(), "boolean");
            Assert.That(() => Skip(registry, 1, [0, 0xd8, 0, 0]), Throws.InstanceOf<ScaleException>(), "character");
            Assert.That(() => Skip(registry, 2, [4, 0xff]), Throws.InstanceOf<ScaleException>(), "text");
            Assert.That(() => Skip(registry, 4, [1, 4]), Throws.InstanceOf<ScaleException>(), "compact integer of more than 8 bits");
            Assert.That(() => Skip(registry, 4, [1, 0]), Throws.InstanceOf<ScaleException>(), "compact integer that is too long");
            Assert.That(() => Skip(registry, 5, [1]), Throws.InstanceOf<ScaleException>(), "variant");
        });
    }

    [Test]
    public void Message_about_a_wrong_value_contains_no_name_from_the_metadata()
    {
        const string hostile = "Hostile\nname";
        var registry = new TypeRegistry(
        [
            new VariantType(hostile, [new TypeVariant(hostile, 0, [])]),
            new CompositeType(hostile, [new TypeField(hostile, 0)]),
            new BitSequenceType(hostile, 1),
            new CompactType(hostile, 1),
        ]);

        foreach (var type in new[] { 0, 1, 2, 3 })
        {
            Assert.That(
                () => Skip(registry, type, [7]),
                Throws.InstanceOf<ScaleException>().With.Message.Not.Contains("Hostile"),
                registry[type].GetType().Name);
        }
    }

    [Test]
    public void List_of_compact_integers_beyond_their_type_is_refused()
    {
        var registry = Decode(HandmadeMetadata.U8, HandmadeMetadata.CompactOf(0), HandmadeMetadata.Sequence(1));

        Assert.That(Skip(registry, 2, [4, .. HandmadeMetadata.Compact(255)]), Is.EqualTo(3));
        Assert.That(() => Skip(registry, 2, [4, .. HandmadeMetadata.Compact(256)]), Throws.InstanceOf<ScaleException>());
    }

    [Test]
    public void Sizes_of_2_to_the_32_and_2_to_the_64_bytes_do_not_overflow()
    {
        var registry = Decode(
            HandmadeMetadata.U8, HandmadeMetadata.Array(1 << 16, 0), HandmadeMetadata.Array(1 << 16, 1),
            HandmadeMetadata.Array(1u << 31, 0), HandmadeMetadata.Array(1u << 31, 3), HandmadeMetadata.Tuple(4, 4, 4, 4));

        Assert.That(() => Skip(registry, 2, Behind), Throws.InstanceOf<ScaleException>());
        Assert.That(() => Skip(registry, 5, Behind), Throws.InstanceOf<ScaleException>());
        Assert.That(registry.MinSizeOf(5), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Bits_are_stored_in_words_of_8_to_64_bits_only()
    {
        var registry = Decode(
            HandmadeMetadata.U8, HandmadeMetadata.Tuple(0, 0, 0), HandmadeMetadata.Bits(1), HandmadeMetadata.Text,
            HandmadeMetadata.Bits(3));

        foreach (var type in new[] { 2, 4 })
        {
            Assert.That(
                () => Skip(registry, type, [1 << 2, 0, 0, 0]),
                Throws.InstanceOf<ScaleException>().With.Message.Contains("8, 16, 32 or 64 bits"));
        }
    }

    private static TypeRegistry Decode(params byte[][] types) => RuntimeMetadata.Decode(HandmadeMetadata.Write(types)).Types;

    private static IEnumerable<(TypeRegistry Registry, int Type, byte[] Value, string Name)> Cases()
    {
        foreach (var random in RandomRegistries.All)
        {
            var registry = RuntimeMetadata.Decode(HandmadeMetadata.Write(random.Types)).Types;
            foreach (var value in random.Values)
            {
                yield return (registry, value.Type, value.Scale, $"{random}, type {value.Type}, {Convert.ToHexString(value.Scale)}");
            }
        }
    }

    private static int Skip(TypeRegistry registry, int type, byte[] bytes)
    {
        var reader = new ScaleReader(bytes);
        registry.Skip(ref reader, type);
        return reader.Offset;
    }
}
