using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Decodes the answers of runtimes with other layouts by the runtimes' own metadata.</summary>
public sealed class RecordedRuntimeTests
{
    private static IEnumerable<TestCaseData> Readable() => RecordedRuntimes.Readable.Select(ToCase);

    private static IEnumerable<TestCaseData> Unreadable() => RecordedRuntimes.Unreadable.Select(ToCase);

    [TestCaseSource(nameof(Readable))]
    public void Answer_of_a_changed_layout_is_read(RecordedRuntime runtime) =>
        Assert.That(Decode(runtime), Is.EqualTo(runtime.Neurons!.Select(TestChain.ToNeuron)));

    [TestCaseSource(nameof(Unreadable))]
    public void Answer_whose_meaning_changed_is_refused_by_name(RecordedRuntime runtime) => Assert.That(
        () => Decode(runtime),
        Throws.InstanceOf<ChainException>().Or.InstanceOf<ScaleException>().With.Message.Contains(runtime.Error!));

    [TestCaseSource(nameof(Readable))]
    public void Fields_that_are_not_known_are_named(RecordedRuntime runtime) =>
        Assert.That(Compile(runtime).Unknown, Is.EqualTo(runtime.Unknown));

    [TestCaseSource(nameof(Readable))]
    public void Answer_that_is_cut_off_or_followed_by_a_byte_is_refused(RecordedRuntime runtime)
    {
        var state = Compile(runtime);
        var answer = runtime.AnswerBytes;
        for (var length = 0; length < answer.Length; length++)
        {
            Assert.That(
                () => Decode(state, answer.AsSpan(0, length), runtime.Netuid), Throws.InstanceOf<ScaleException>(), $"{length} bytes");
        }

        Assert.That(() => Decode(state, [.. answer, 0], runtime.Netuid), Throws.InstanceOf<ScaleException>());
    }

    [Test]
    public void Answer_of_runtime_218_is_read()
    {
        var state = Compile(RecordedAnswers.Subtensor218Metadata(), 218);
        var neurons = Decode(state, RecordedAnswers.Subtensor218(), netuid: 1);

        Assert.Multiple(() =>
        {
            Assert.That(neurons, Is.EqualTo(new[]
            {
                new Neuron(
                    0,
                    AccountId.Parse("5G7FBo5dbkn2m8Tx9ugJDqX5HuCSnEqdhVBKUbW7pxwDDqdc"),
                    AccountId.Parse("5G6xcAV7vZ1UUueAHHuvXi46gBJxueRADXazqvC3RrNmmQ1K"),
                    true,
                    new AlphaAmount(0),
                    true),
                new Neuron(
                    1,
                    AccountId.Parse("5EtZ5aDoj9PajLYgDgqEiU6ErqU3CUKL2j2HvJ6oRPEzEQoe"),
                    AccountId.FromBytes(Convert.FromHexString("366e069114c91efc324dea3b9d3a17809566d70d5c761e5ca5bd09081d4ca853")),
                    true,
                    new AlphaAmount(30_000_910_002_288),
                    true),
            }));
            Assert.That(
                () => Decode(state, RecordedAnswers.Subtensor218WithoutSubnet(), netuid: 3),
                Throws.InstanceOf<ChainException>().With.Property(nameof(ChainException.Failure)).EqualTo(ChainFailure.SubnetMissing));
        });
    }

    [Test]
    public void Answer_in_bytes_without_an_option_is_read()
    {
        var runtime = RecordedRuntimes.All["bytes around a known type in another order with more fields"];
        var reader = new ScaleReader(runtime.AnswerBytes);
        var state = reader.ReadBytes(reader.ReadCount(minItemSize: 1))[1..];

        // The count has two bytes.
        byte[] answer = [.. BitConverter.GetBytes((ushort)((state.Length << 2) | 1)), .. state];

        Assert.That(Decode(Compile(runtime), answer, runtime.Netuid), Is.EqualTo(Decode(runtime)));
    }

    [TestCase(4)]
    [TestCase(14)]
    public void List_of_more_items_than_neurons_is_refused_before_memory_is_allocated(int field)
    {
        const int count = 16 * 1024 * 1024;
        byte[] compact = [.. BitConverter.GetBytes((count << 2) | 2)];

        // All other lists are empty.
        byte[] answer = [1, 46 << 2, .. new byte[field - 1], .. compact, .. new byte[count + 18 - field - 1]];
        var decoder = Compile(RecordedRuntimes.All["today"]).Decoders.Single();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => decoder.Decode(answer, 46), Throws.InstanceOf<ScaleException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(count / 2));
    }

    /// <summary>Damages metadata and answers, as a broken or hostile node would.</summary>
    [Test]
    public void Damaged_metadata_and_answers_are_read_or_refused()
    {
        const int seed = 4711;
        var random = new Random(seed);
        var runtimes = RecordedRuntimes.All.Values.ToArray();
        var read = 0;
        for (var round = 0; round < 20_000 * Fuzz.Factor; round++)
        {
            var runtime = runtimes[random.Next(runtimes.Length)];
            var metadata = random.Next(3) == 0 ? runtime.MetadataBytes : Fuzz.Damage(random, runtime.MetadataBytes);
            var answer = random.Next(3) == 0 ? runtime.AnswerBytes : Fuzz.Damage(random, runtime.AnswerBytes);
            try
            {
                Decode(Compile(metadata, runtime.SpecVersion), answer, runtime.Netuid);
                read++;
            }
            catch (Exception refused) when (refused is ScaleException or ChainException)
            {
                // Refused.
            }
            catch (Exception wrong) when (wrong is not (AssertionException or OutOfMemoryException))
            {
                Assert.Fail($"seed {seed}, round {round}, {runtime}: {wrong}");
            }
        }

        Assert.That(read, Is.Positive);
    }

    private static TestCaseData ToCase(RecordedRuntime runtime) => new TestCaseData(runtime).SetArgDisplayNames(runtime.Name);

    private static Neuron[] Decode(RecordedRuntime runtime) => Decode(Compile(runtime), runtime.AnswerBytes, runtime.Netuid);

    private static Neuron[] Decode(CompiledSubnetState state, ReadOnlySpan<byte> answer, ushort netuid) =>
        SubnetStateDecoder.DecodeFirst(state.Decoders, answer, netuid);

    private static CompiledSubnetState Compile(RecordedRuntime runtime) => Compile(runtime.MetadataBytes, runtime.SpecVersion);

    // The node answers an option of bytes.
    private static CompiledSubnetState Compile(byte[] answer, uint specVersion)
    {
        var reader = new ScaleReader(answer);
        if (!reader.ReadOption())
        {
            throw new ScaleException("The node has no metadata.");
        }

        var metadata = RuntimeMetadata.Decode(reader.ReadBytes(reader.ReadCount(minItemSize: 1)));
        return new SubnetStateCompiler(metadata, specVersion).Compile();
    }
}
