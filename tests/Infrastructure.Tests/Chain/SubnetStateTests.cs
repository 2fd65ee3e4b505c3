using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Infrastructure.Tests.Chain;

public sealed class SubnetStateTests
{
    private const ushort Netuid = 46;

    private static IEnumerable<TestCaseData> Good() => RecordedAnswers.All.Values
        .Where(answer => answer.Error is null).Select(answer => new TestCaseData(answer).SetArgDisplayNames(answer.Name));

    private static IEnumerable<TestCaseData> Bad() => RecordedAnswers.All.Values
        .Where(answer => answer.Error is not null).Select(answer => new TestCaseData(answer).SetArgDisplayNames(answer.Name));

    [TestCaseSource(nameof(Good))]
    public void Answer_of_another_encoder_is_read(RecordedAnswer answer)
    {
        var neurons = TestChain.DecodeFixed(answer.Bytes, answer.Netuid);

        Assert.That(neurons, Is.EqualTo(answer.Neurons!.Select(TestChain.ToNeuron)));
    }

    [TestCaseSource(nameof(Bad))]
    public void Answer_that_contradicts_itself_or_the_question_is_refused(RecordedAnswer answer) => Assert.That(
        () => Decode(answer.Bytes, answer.Netuid),
        Throws.InstanceOf<ChainException>().With.Property(nameof(ChainException.Failure)).EqualTo(Enum.Parse<ChainFailure>(answer.Error!)));

    [TestCase(1024)]
    [TestCase(4096)]
    public void Large_subnet_is_read(int count)
    {
        var neurons = TestChain.DecodeFixed(RecordedAnswers.LargeState(count), Netuid);

        Assert.That(neurons, Is.EqualTo(Enumerable.Range(0, count).Select(uid => LargeSubnet.Neuron(uid, count))));
    }

    [Test]
    public void Answer_that_is_cut_off_anywhere_is_refused()
    {
        var answer = RecordedAnswers.State("subnet");
        for (var length = 0; length < answer.Length; length++)
        {
            Assert.That(
                () => TestChain.DecodeFixed(answer.AsSpan(0, length), Netuid), Throws.InstanceOf<ScaleException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Answer_with_trailing_bytes_is_refused()
    {
        Assert.That(
            () => TestChain.DecodeFixed([.. RecordedAnswers.State("subnet"), 0], Netuid),
            Throws.InstanceOf<ScaleException>().With.Message.Contains("left over"));
        Assert.That(
            () => TestChain.DecodeFixed([.. RecordedAnswers.State("none"), 0], Netuid),
            Throws.InstanceOf<ScaleException>().With.Message.Contains("left over"));
    }

    [Test]
    public void Wrapped_answer_without_bytes_means_that_there_is_no_subnet() => Assert.That(
        () => FixedSubnetState.Wrapped.Decode([0], Netuid),
        Throws.InstanceOf<ChainException>().With.Property(nameof(ChainException.Failure)).EqualTo(ChainFailure.SubnetMissing));

    [Test]
    public void Subnet_has_at_most_as_many_neurons_as_uids()
    {
        Assert.That(TestChain.DecodeFixed(AnswerOfZeros(65_536), Netuid)[^1].Uid, Is.EqualTo(65_535));
        Assert.That(
            () => TestChain.DecodeFixed(AnswerOfZeros(65_537), Netuid),
            Throws.InstanceOf<ScaleException>().With.Message.Contains("more than 65536"));

        // As many hotkeys as everything else, all zero.
        static byte[] AnswerOfZeros(int count)
        {
            byte[] compact = [.. BitConverter.GetBytes((count << 2) | 2)];
            return
            [
                1, Netuid << 2,
                .. compact, .. new byte[count * 32], .. compact, .. new byte[count * 32],
                .. Enumerable.Repeat((byte[])[.. compact, .. new byte[count]], 14).SelectMany(list => list), 0,
            ];
        }
    }

    [Test]
    public void Recorded_answer_of_finney_is_read_as_the_chain_has_it()
    {
        var neurons = TestChain.DecodeFixed(RecordedAnswers.Finney343(), netuid: 1);
        var rules = new SubnetRules(AlphaAmount.FromAlpha(20_000));

        Assert.Multiple(() =>
        {
            Assert.That(neurons, Has.Length.EqualTo(1024));
            Assert.That(neurons[0].Hotkey.ToString(), Is.EqualTo("5DkMmXtWf16RNdusZGCrJ7ca7ADPgRnZLVWCWbgA7s7sy1AQ"));
            Assert.That(neurons[0].Coldkey.ToString(), Is.EqualTo("5EhQWxcFdYAk7B9tNdQnJQFzww5N3964rbsMk55SujcX3PwM"));
            Assert.That(neurons.Count(neuron => neuron.Active), Is.EqualTo(10));
            Assert.That(neurons.Count(neuron => neuron.ValidatorPermit), Is.EqualTo(12));
            Assert.That(neurons.Where(rules.IsValidator).Select(neuron => (int)neuron.Uid), Is.EqualTo(new[] { 276, 502, 518, 630, 697 }));
        });
    }

    /// <summary>Changes an answer in a few places, as a broken node or wire would.</summary>
    [Property(MaxTest = 20_000)]
    public void Changed_answer_is_read_correctly_or_refused(FsCheck.DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var answer =
            RecordedAnswers.State(random.Next(4) switch { 0 => "one-neuron", 1 => "retired-lists", 2 => "borders", _ => "subnet" });
        answer = Change(answer, random);

        var right = ReferenceSubnetState.Read(answer, Netuid);
        Metagraph metagraph;
        try
        {
            metagraph = Decode(answer, Netuid);
        }
        catch (ChainException refused)
        {
            Assert.That(refused.Failure, Is.AnyOf(ChainFailure.Malformed, ChainFailure.SubnetMissing));
            Assert.That(right, Is.Null, $"refused although it is right: {refused.Message}");
            return;
        }

        Assert.That(right, Is.Not.Null, "read although it is wrong");
        Assert.That(metagraph.Count, Is.EqualTo(right!.Hotkeys.Count));
        for (var uid = 0; uid < right.Hotkeys.Count; uid++)
        {
            Assert.That(metagraph.Find(AccountId.FromBytes(right.Hotkeys[uid])), Is.EqualTo(new Neuron(
                (ushort)uid,
                AccountId.FromBytes(right.Hotkeys[uid]),
                AccountId.FromBytes(right.Coldkeys[uid]),
                right.Permits[uid] == 1,
                new AlphaAmount((ulong)right.Lists["alpha_stake"][uid]),
                right.Active[uid] == 1)));
        }
    }

    private static byte[] Change(byte[] answer, Random random)
    {
        var bytes = answer.ToList();
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static Metagraph Decode(byte[] state, ushort netuid) => TestChain.Decode(state, netuid);
}
