using S3Auth.Substrate.Metadata;
using static S3Auth.Substrate.Tests.Metadata.HandmadeMetadata;

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>Metadata that a hostile node could send takes little time and memory, and ends with the documented exception.</summary>
public sealed class HostileMetadataTests
{
    private static readonly byte[] Megabyte = new byte[1024 * 1024];

    [Test]
    public void Type_that_contains_itself_has_no_values() => Assert.Multiple(() =>
    {
        AssertHasNoValue(Composite(0));
        AssertHasNoValue(Composite(0, 0));
        AssertHasNoValue(Tuple(0));
        AssertHasNoValue(Tuple(0, 0, 0));
        AssertHasNoValue(Array(1, 0));
        AssertHasNoValue(Array(uint.MaxValue, 0));
        AssertHasNoValue(CompactOf(0));
        AssertHasNoValue(Composite(1), Tuple(2), Array(3, 0));
        AssertHasNoValue(Composite(1), Composite(0));
        AssertHasNoValue(Composite(1), CompactOf(0));
        AssertHasNoValue(Bits(0));
    });

    [Test]
    public void Endless_value_of_a_recursive_type_is_refused() => Assert.Multiple(() =>
    {
        // A list of lists of lists, and an enum in an enum: each level takes one byte.
        AssertRefused(Types(Sequence(0)), 0, [.. Enumerable.Repeat((byte)4, 100_000)]);
        AssertRefused(Types(Variant(0)), 0, new byte[100_000]);
        AssertRefused(Types(Variant(0, 0)), 0, new byte[100_000]);
    });

    /// <summary>The server shows these messages to everyone.</summary>
    [Test]
    public void Names_of_types_are_in_no_message()
    {
        const string name = "<script>\n";
        var types = new TypeRegistry(
        [
            new VariantType(name, [new TypeVariant("A", 0, [])]),
            new CompositeType(name, [new TypeField(null, 0), new TypeField(null, 0)]),
            new CompactType(name, 1),
            new BitSequenceType(name, 0),
            new ArrayType(name, 5, 3),
            new PrimitiveType(name, S3Auth.Substrate.Metadata.Primitive.U8),
            new BitSequenceType(name, 4),
        ]);

        foreach (var type in (int[])[0, 2, 3, 6])
        {
            Assert.That(() => Skip(types, type, [7, 7]), Throws.InstanceOf<ScaleException>().With.Message.Not.Contains("script"));
        }
    }

    [TestCase(17_000)]
    [TestCase(400_000)]
    [TestCase(1_000_000)]
    public void Too_many_types_are_refused(int count)
    {
        var metadata = Write([.. Enumerable.Repeat(Unit, count)]);

        Bounds.Check($"{count} types", () =>
            Assert.That(() => RuntimeMetadata.Decode(metadata), Throws.InstanceOf<ScaleException>()));
    }

    [Test]
    public void Types_that_are_nested_10000_deep_are_refused()
    {
        foreach (var (name, nest) in Nestings())
        {
            var types = Types([U8, .. Enumerable.Range(0, 10_000).Select(nest)]);
            Bounds.Check(name, () =>
            {
                Try(() => types.MinSizeOf(10_000));
                Try(() => types.FixedSizeOf(10_000));
                Try(() => types.Unwrap(10_000));
                Try(() => types.Describe(10_000));

                // A list of one item, or the only variant of an enum.
                AssertRefused(types, 10_000, [.. Enumerable.Repeat(name == "lists" ? (byte)4 : (byte)0, 20_000)]);
            });
        }
    }

    [Test]
    public void List_of_items_without_bytes_takes_no_time()
    {
        foreach (var nothing in new[] { Unit, Composite(), Array(0, 2), Array(uint.MaxValue, 1), Tuple(1, 1), CompactOf(1), Array(0, 0) })
        {
            var types = Types(nothing, Unit, Bool, Array(uint.MaxValue, 0), Sequence(0), Array(uint.MaxValue, 3));
            Bounds.Check(Convert.ToHexString(nothing), () =>
            {
                Try(() => Skip(types, 3, Megabyte));
                Try(() => Skip(types, 4, [.. Compact(uint.MaxValue), .. Megabyte]));
                Try(() => Skip(types, 5, Megabyte));
            });
        }
    }

    [Test]
    public void Array_of_unit_types_is_skipped()
    {
        var types = Types(Unit, Array(uint.MaxValue, 0), Sequence(1));

        Assert.Multiple(() =>
        {
            Assert.That(Skip(types, 1, [7]), Is.Zero);
            Assert.That(Skip(types, 2, [.. Compact(uint.MaxValue), 7]), Is.EqualTo(5));
        });
    }

    [Test]
    public void Values_that_are_larger_than_memory_are_refused()
    {
        foreach (var leaf in new[] { U8, U64, Bool, Text, Variant(), Sequence(0) })
        {
            var types = Types([leaf, .. Enumerable.Range(0, 8).Select(type => Array(uint.MaxValue, type))]);
            for (var type = 1; type <= 8; type++)
            {
                AssertRefused(types, type, Megabyte);
            }

            AssertRefused(Types(leaf, Sequence(0), Array(uint.MaxValue, 1)), 2, Megabyte);
        }
    }

    [Test]
    public void Tuples_that_double_their_size_take_no_time()
    {
        // The leaves have no byte, one byte, or at least one.
        foreach (var leaf in new[] { Unit, Composite(), Array(0, 1), Array(0, 0), U8, Bool, Text, Variant(), Sequence(0) })
        {
            foreach (var levels in new[] { 20, 40, 60, 1_000 })
            {
                var types = Types([leaf, Bool, Tuple(0, 0), .. Enumerable.Range(2, levels).Select(type => Tuple(type, type))]);
                Bounds.Check($"{levels} levels of {Convert.ToHexString(leaf)}", () =>
                {
                    Try(() => types.MinSizeOf(levels + 2));
                    Try(() => types.Describe(levels + 2));
                    Try(() => Skip(types, levels + 2, Megabyte));
                });
            }
        }
    }

    [Test]
    public void Structure_of_many_fields_without_bytes_takes_no_time_for_each_byte()
    {
        // Each item has one byte, but 200,000 fields.
        var units = new int[200_000];
        foreach (var wide in new byte[][] { Composite([.. units, 1]), Tuple([.. units, 1]), Variant(units) })
        {
            var types = Types(Unit, Bool, wide, Sequence(2));
            Bounds.Check("200,000 fields", () => Try(() => Skip(types, 3, [.. Compact(1_000_000), .. Megabyte])));
        }
    }

    [Test]
    public void Counts_that_the_bytes_cannot_hold_are_refused()
    {
        foreach (var count in new ulong[] { 1_000_000UL, (1 << 30) - 1, 1 << 30, uint.MaxValue })
        {
            var huge = Compact(count);
            var inputs = new Dictionary<string, byte[]>
            {
                ["types"] = Write(huge),
                ["path"] = Write([.. Compact(1), 0, .. huge]),
                ["path segment"] = Write([.. Compact(1), 0, .. Compact(1), .. huge]),
                ["parameters"] = Write([.. Compact(1), 0, 0, .. huge]),
                ["fields"] = Write([.. Compact(1), 0, 0, 0, 0, .. huge]),
                ["field name"] = Write([.. Compact(1), 0, 0, 0, 0, .. Compact(1), 1, .. huge]),
                ["variants"] = Write([.. Compact(1), 0, 0, 0, 1, .. huge]),
                ["tuple items"] = Write([.. Compact(1), 0, 0, 0, 4, .. huge]),
                ["docs"] = Write([.. Compact(1), 0, 0, 0, 4, 0, .. huge]),
                ["line of docs"] = Write([.. Compact(1), 0, 0, 0, 4, 0, .. Compact(1), .. huge]),
                ["pallets"] = [.. "meta"u8, 15, .. WriteTypes([Unit]), .. huge],
                ["storage entries"] =
                    [.. "meta"u8, 15, .. WriteTypes([Unit]), .. Compact(1), .. WriteText("P"), 1, .. WriteText("P"), .. huge],
                ["runtime APIs"] = [.. "meta"u8, 15, .. WriteTypes([Unit]), .. WriteRest(15, huge)],
                ["methods"] = [.. "meta"u8, 15, .. WriteTypes([Unit]), .. WriteRest(15, [.. Compact(1), .. WriteText("A"), .. huge])],
            };
            foreach (var (name, metadata) in inputs)
            {
                // With and without bytes behind the count.
                foreach (var bytes in new byte[][] { metadata, [.. metadata, .. Megabyte] })
                {
                    Bounds.Check($"{count} {name}", () =>
                        Assert.That(() => RuntimeMetadata.Decode(bytes), Throws.InstanceOf<ScaleException>(), $"{count} {name}"));
                }
            }
        }
    }

    [Test]
    public void Text_of_100_megabytes_is_refused()
    {
        const ulong size = 100_000_000;

        Bounds.Check("a name", () => Assert.That(
            () => RuntimeMetadata.Decode(Write([.. Compact(1), 0, .. Compact(1), .. Compact(size), .. Megabyte])),
            Throws.InstanceOf<ScaleException>()));
        AssertRefused(Types(Text), 0, [.. Compact(size), .. Megabyte]);
        AssertRefused(Types(U8, Sequence(0)), 1, [.. Compact(size), .. Megabyte]);
        AssertRefused(Types(U8, Bits(0)), 1, [.. Compact(uint.MaxValue), .. Megabyte]);
    }

    private static IEnumerable<(string Name, Func<int, byte[]> Nest)> Nestings() =>
    [
        ("structures", type => Composite(type)), ("tuples", type => Tuple(type)), ("arrays", type => Array(1, type)),
        ("enums", type => Variant(type)), ("lists", Sequence), ("compact", type => type == 0 ? CompactOf(0) : Composite(type)),
        ("pairs", type => Tuple(0, type)),
    ];

    // Decoding may refuse the types, too.
    private static void AssertHasNoValue(params byte[][] types) => Bounds.Check(Convert.ToHexString(Write(types)), () =>
        Assert.That(() => Skip(RuntimeMetadata.Decode(Write(types)).Types, 0, Megabyte), Throws.InstanceOf<ScaleException>()));

    private static void AssertRefused(TypeRegistry types, int type, byte[] value) => Bounds.Check(types.Describe(type), () =>
        Assert.That(() => Skip(types, type, value), Throws.InstanceOf<ScaleException>(), types.Describe(type)));

    private static TypeRegistry Types(params byte[][] types) => RuntimeMetadata.Decode(Write(types)).Types;

    private static int Skip(TypeRegistry types, int type, byte[] value)
    {
        var reader = new ScaleReader(value);
        types.Skip(ref reader, type);
        return reader.Offset;
    }

    // Either result is right, as long as there is one.
    private static void Try<T>(Func<T> code)
    {
        try
        {
            code();
        }
        catch (ScaleException)
        {
            // Refused.
        }
    }
}
