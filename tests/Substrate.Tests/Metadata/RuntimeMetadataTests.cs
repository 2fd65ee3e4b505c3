using S3Auth.Substrate.Metadata;
using S3Auth.Testing.Chain;

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>Reads the metadata of real runtimes, and compares it with what @polkadot/types reads.</summary>
public sealed class RuntimeMetadataTests
{
    private const int Seed = 4711;

    private static readonly byte[] Smallest = HandmadeMetadata.Write([HandmadeMetadata.Unit]);

    [TestCase(14)]
    [TestCase(15)]
    public void Metadata_of_polkadot_is_read_as_another_implementation_reads_it(int version)
    {
        var expected = RecordedMetadata.Polkadot(version);
        var metadata = RuntimeMetadata.Decode(RecordedMetadata.PolkadotBytes(version));

        Assert.Multiple(() =>
        {
            Assert.That(metadata.Version, Is.EqualTo(expected.Version));
            Assert.That(metadata.Types.Count, Is.EqualTo(expected.Types));
            Assert.That(
                Enumerable.Range(0, metadata.Types.Count).CountBy(type => KindOf(metadata.Types[type])), Is.EquivalentTo(expected.Kinds));
            Assert.That(metadata.Methods.Select(Text), Is.EqualTo(expected.Methods.Select(method =>
                $"{method.Api}.{method.Name}({string.Join(',', method.Inputs)}): {method.Output}")));
            Assert.That(metadata.Storage.Select(Text), Is.EqualTo(expected.Storage.Select(entry =>
                $"{entry.Prefix}.{entry.Name}({string.Join(',', entry.Hashers.Select(NameOf))}) {entry.Key}: {entry.Value}")));
        });
    }

    [TestCase(14)]
    [TestCase(15)]
    public void Every_type_of_polkadot_can_be_measured(int version)
    {
        var types = RuntimeMetadata.Decode(RecordedMetadata.PolkadotBytes(version)).Types;

        Assert.That(
            () =>
            {
                for (var type = 0; type < types.Count; type++)
                {
                    types.MinSizeOf(type);
                    types.FixedSizeOf(type);
                    types.Describe(type);
                }
            },
            Throws.Nothing);
    }

    [Test]
    public void Metadata_of_runtime_218_is_read()
    {
        var metadata = Subtensor218();
        var types = metadata.Types;
        var state = metadata.Methods.Single(method => (method.Api, method.Name) == ("SubnetInfoRuntimeApi", "get_subnet_state"));
        var keys = metadata.Storage.Single(entry => (entry.Prefix, entry.Name) == ("SubtensorModule", "Keys"));

        Assert.Multiple(() =>
        {
            Assert.That(types.Count, Is.EqualTo(487));
            Assert.That(state.Inputs, Is.EqualTo(new[] { 39 }));
            Assert.That(types[39], Is.EqualTo(new PrimitiveType(string.Empty, Primitive.U16)));
            Assert.That(state.Output, Is.EqualTo(14));
            Assert.That(types.Describe(14), Is.EqualTo("Vec<u8>"));
            Assert.That(keys.Hashers, Is.EqualTo(new[] { StorageHasher.Identity, StorageHasher.Identity }));
            Assert.That((keys.Key, keys.Value), Is.EqualTo(((int?)156, 0)));
            Assert.That(types.FixedSizeOf(0), Is.EqualTo(AccountId.Size));
        });
    }

    [TestCase(14)]
    [TestCase(15)]
    public void Metadata_that_is_cut_off_anywhere_is_refused(int version)
    {
        var small = HandmadeMetadata.Write([HandmadeMetadata.Unit, HandmadeMetadata.Composite(0, 0), HandmadeMetadata.Text], version);
        for (var length = 0; length < small.Length; length++)
        {
            Assert.That(() => RuntimeMetadata.Decode(small.AsSpan(0, length)), Throws.InstanceOf<ScaleException>(), $"{length} bytes");
        }

        var random = new Random(Seed);
        var large = RecordedMetadata.PolkadotBytes(version);
        for (var round = 0; round < 50 * Fuzz.Factor; round++)
        {
            var length = random.Next(large.Length);
            Assert.That(() => RuntimeMetadata.Decode(large.AsSpan(0, length)), Throws.InstanceOf<ScaleException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Smallest_metadata_is_read() => Assert.That(RuntimeMetadata.Decode(Smallest).Types.Count, Is.EqualTo(1));

    [Test]
    public void Metadata_with_trailing_bytes_is_refused() => AssertRefused([.. Smallest, 0]);

    [Test]
    public void Metadata_without_its_magic_number_is_refused() => AssertRefused([(byte)'M', .. Smallest[1..]]);

    [TestCase(0)]
    [TestCase(13)]
    [TestCase(16)]
    [TestCase(255)]
    public void Metadata_of_another_version_is_refused(byte version) => AssertRefused([.. Smallest[..4], version, .. Smallest[5..]]);

    [Test]
    public void Type_with_another_number_than_its_position_is_refused() =>
        AssertRefused(HandmadeMetadata.Write([.. HandmadeMetadata.Compact(1), 4, .. HandmadeMetadata.Unit]));

    [Test]
    public void Reference_to_a_type_that_does_not_exist_is_refused() => Assert.Multiple(() =>
    {
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Composite(1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Variant(1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Sequence(1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Array(2, 1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Tuple(0, 1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.CompactOf(1)]));
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Bits(1)]));
    });

    [TestCase(8)]
    [TestCase(255)]
    public void Unknown_kind_of_type_is_refused(byte kind) => AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Type(kind, [0])]));

    [TestCase(15)]
    [TestCase(255)]
    public void Unknown_primitive_type_is_refused(byte primitive) =>
        AssertRefused(HandmadeMetadata.Write([HandmadeMetadata.Primitive(primitive)]));

    [Test]
    public void Damaged_metadata_is_refused_or_read_in_bounded_time()
    {
        var random = new Random(Seed);
        var runtimes = RecordedRuntimes.All.Values.Select(runtime => Content(runtime.MetadataBytes)).ToArray();
        var real = Content(RecordedAnswers.Subtensor218Metadata());
        var (read, refused) = (0, 0);
        for (var round = 0; round < 5_000 * Fuzz.Factor; round++)
        {
            var damaged = Fuzz.Damage(random, round % 50 == 0 ? real : runtimes[random.Next(runtimes.Length)]);
            Bounds.Check($"seed {Seed}, round {round}", () =>
            {
                try
                {
                    SkipEverything(RuntimeMetadata.Decode(damaged), damaged);
                    read++;
                }
                catch (ScaleException)
                {
                    refused++;
                }
            });
        }

        Assert.That(read, Is.Positive);
        Assert.That(refused, Is.GreaterThan(1_000));
        Figures.Print("Fuzz", $"{read + refused} damaged metadata, {read} of them read");
    }

    // Skips a value of each type, which fails if the bytes are no such value.
    private static void SkipEverything(RuntimeMetadata metadata, byte[] bytes)
    {
        for (var type = 0; type < metadata.Types.Count; type++)
        {
            try
            {
                metadata.Types.Describe(type);
                var reader = new ScaleReader(bytes.AsSpan(0, Math.Min(bytes.Length, 4096)));
                metadata.Types.Skip(ref reader, type);
            }
            catch (ScaleException)
            {
                // Refused.
            }
        }
    }

    private static void AssertRefused(byte[] metadata) =>
        Assert.That(() => RuntimeMetadata.Decode(metadata), Throws.InstanceOf<ScaleException>());

    private static RuntimeMetadata Subtensor218() => RuntimeMetadata.Decode(Content(RecordedAnswers.Subtensor218Metadata()));

    // The answer is an option of bytes.
    private static byte[] Content(byte[] answer)
    {
        var reader = new ScaleReader(answer);
        Assert.That(reader.ReadOption(), Is.True);
        return reader.ReadBytes(reader.ReadCount(minItemSize: 1)).ToArray();
    }

    private static string KindOf(TypeDefinition type) => type switch
    {
        CompositeType => "composite",
        VariantType => "variant",
        SequenceType => "sequence",
        ArrayType => "array",
        TupleType => "tuple",
        PrimitiveType => "primitive",
        CompactType => "compact",
        BitSequenceType => "bitsequence",
        _ => type.GetType().Name,
    };

    private static string Text(RuntimeApiMethod method) =>
        $"{method.Api}.{method.Name}({string.Join(',', method.Inputs)}): {method.Output}";

    private static string Text(StorageEntry entry) =>
        $"{entry.Prefix}.{entry.Name}({string.Join(',', entry.Hashers)}) {entry.Key}: {entry.Value}";

    // @polkadot/types separates the words.
    private static string NameOf(string hasher) => hasher.Replace("_", string.Empty, StringComparison.Ordinal);
}
