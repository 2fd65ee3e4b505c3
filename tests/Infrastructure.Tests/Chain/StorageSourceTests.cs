using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Reading a subnet from the storage maps of a runtime whose function cannot be read.</summary>
internal sealed class StorageSourceTests
{
    private readonly TestTime _time = new();

    private TestNode _node = null!;
    private RecordedSubnetStorage _storage = null!;
    private string _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _node = await TestNode.StartAsync();
        _node.Time = _time;
        _storage = RecordedSubnetStorage.Subnet;
        _storage.PutInto(_node);
        _folder = Directory.CreateTempSubdirectory("s3auth-storage-").FullName;
    }

    [TearDown]
    public async Task TearDown()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Subnet_is_read_from_the_storage_if_the_function_is_missing()
    {
        _node.State = null;

        var answer = await ReadAsync();

        Assert.That(
            answer.Metagraph.Neurons.OrderBy(neuron => neuron.Uid),
            Is.EqualTo(_storage.Neurons.Select(TestChain.ToNeuron)));
        Assert.That(answer.Warnings.Single(), Does.Contain("reads the storage of the pallet SubtensorModule"));
    }

    [Test]
    public async Task Function_is_preferred_to_the_storage()
    {
        _node.State = RecordedAnswers.State("subnet") is var state ? [.. Compact(state.Length), .. state] : [];

        var answer = await ReadAsync();

        Assert.That((answer.Metagraph.Count, answer.Warnings), Is.EqualTo((5, Array.Empty<string>())));
        Assert.That(_node.Calls("state_queryStorageAt"), Is.Zero);
    }

    [Test]
    public void Subnet_that_does_not_exist_is_reported()
    {
        _node.State = null;
        _node.Storage.TryRemove(KeyOf("NetworksAdded"), out _);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.SubnetMissing));
    }

    [Test]
    public void Runtime_with_neither_function_nor_maps_is_told_what_it_lacks()
    {
        // Polkadot's runtime, whose metadata of version 14 has no functions, and which has no subnets.
        var metadata = RecordedMetadata.PolkadotBytes(version: 14);
        (_node.State, _node.Metadata, _node.MetadataV14) =
            (null, null, [.. BitConverter.GetBytes((metadata.Length << 2) | 2), .. metadata]);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Message.EndsWith("Runtime 218 has no `NetworksAdded` in SubtensorModule."));
    }

    [Test]
    public async Task Subnet_is_read_from_the_storage_if_the_answer_of_the_function_is_malformed()
    {
        _node.State = [1, 2, 3];

        Assert.That((await ReadAsync()).Metagraph.Count, Is.EqualTo(250));
    }

    [Test]
    public void Malformed_answer_is_reported_too_if_the_storage_has_no_subnet()
    {
        _node.State = [1, 2, 3];
        _node.Storage.TryRemove(KeyOf("NetworksAdded"), out _);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Message.Contains("is malformed").And.Message.Contains("has no subnet 46"));
    }

    [Test]
    public async Task Hotkey_without_an_owner_has_no_coldkey()
    {
        _node.State = null;
        _node.Storage.TryRemove(_storage.Pairs[3][0], out _);

        var neuron = (await ReadAsync()).Metagraph.Find(AccountId.Parse(_storage.Neurons[0].Hotkey))!;

        Assert.That(neuron.Coldkey, Is.EqualTo(default(AccountId)));
    }

    [Test]
    public async Task Hotkey_that_passes_on_more_than_all_has_no_stake()
    {
        var hotkey = LeaveOneNeuron();
        Put("TotalHotkeyAlpha", BitConverter.GetBytes(1_000UL), hotkey, Subnet);
        Put("ChildKeys", Shares((ulong.MaxValue, Key(1)), (ulong.MaxValue, Key(2))), hotkey, Subnet);
        Put("ParentKeys", Shares(), hotkey, Subnet);

        Assert.That((await ReadAsync()).Metagraph.Neurons.Single().AlphaStake.Units, Is.Zero);
    }

    [Test]
    public async Task Stake_of_more_than_64_bits_is_the_maximum()
    {
        var hotkey = LeaveOneNeuron();
        Put("ChildKeys", Shares(), hotkey, Subnet);
        Put("ParentKeys", Shares((ulong.MaxValue, Key(1)), (ulong.MaxValue, Key(2))), hotkey, Subnet);
        Put("TotalHotkeyAlpha", BitConverter.GetBytes(ulong.MaxValue), Key(1), Subnet);
        Put("TotalHotkeyAlpha", BitConverter.GetBytes(ulong.MaxValue), Key(2), Subnet);

        Assert.That((await ReadAsync()).Metagraph.Neurons.Single().AlphaStake.Units, Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void More_permits_than_uids_are_refused_before_anything_else_is_queried()
    {
        _node.State = null;
        Put("ValidatorPermit", [.. BitConverter.GetBytes((65_537 << 2) | 2), .. new byte[65_537]], Subnet);

        Assert.That(ReadAsync, Throws.InstanceOf<ChainException>().With.Message.Contains("65537 permits, more than 65536"));
        Assert.That(_node.Calls("state_queryStorageAt"), Is.EqualTo(1));
    }

    [Test]
    public void Missing_hotkey_is_refused()
    {
        _node.State = null;
        _node.Storage.TryRemove(_storage.Pairs[2][0], out _);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Message.Contains("no hotkey for uid 0 of netuid 46"));
    }

    [Test]
    public void Damaged_values_are_refused()
    {
        _node.State = null;
        foreach (var pair in _storage.Pairs.Take(8))
        {
            var sound = _node.Storage[pair[0]];
            foreach (var damaged in (byte[][])[[.. sound, 0], sound[..^1]])
            {
                _node.Storage[pair[0]] = damaged;
                Assert.That(
                    ReadAsync, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed), pair[0]);
            }

            _node.Storage[pair[0]] = sound;
        }
    }

    [Test]
    public async Task Storage_is_queried_in_few_calls()
    {
        _node.State = null;
        await ReadAsync();

        // One call for two values, and two for each of hotkeys, owners, children, parents and alpha: 200 keys a call.
        Assert.That(_node.Calls("state_queryStorageAt"), Is.EqualTo(1 + 2 + (4 * 2)));
    }

    [Test]
    public void Values_that_are_larger_than_those_of_any_subnet_are_refused()
    {
        _node.State = null;

        // The answers to both calls are below the maximum of a message, 64 MiB in hex.
        var value = new byte[150 * 1024];
        foreach (var key in _storage.Pairs.Select(pair => pair[0]).Where(key => key.StartsWith(MapOf("Owner"), StringComparison.Ordinal)))
        {
            _node.Storage[key] = value;
        }

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed)
                .And.Message.Contains("more than 33554432"));
    }

    [TestCase("[null]")]
    [TestCase("""[{"block":"0x00","changes":null}]""")]
    [TestCase("""[{"block":"0x00","changes":[null]}]""")]
    [TestCase("""[{"block":"0x00","changes":[[null,null]]}]""")]
    public void Answer_without_changes_is_malformed(string answer)
    {
        (_node.State, _node.Answers["state_queryStorageAt"]) = (null, answer);

        Assert.That(
            ReadAsync, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed));
    }

    private static string MapOf(string entry) => new HexBytes(StorageKey.Create(
        new StorageEntry("SubtensorModule", entry, Hashers: [], Key: null, Value: 0))).ToString();

    private static byte[] Subnet => [46, 0];

    private static byte[] Key(byte number) => [.. Enumerable.Repeat(number, AccountId.Size)];

    private static byte[] Shares(params (ulong Proportion, byte[] Account)[] shares) =>
        [(byte)(shares.Length << 2), .. shares.SelectMany(share => (byte[])[.. BitConverter.GetBytes(share.Proportion), .. share.Account])];

    // Leaves the neuron with uid 0, and returns its hotkey.
    private byte[] LeaveOneNeuron()
    {
        _node.State = null;
        Put("ValidatorPermit", [1 << 2, 1], Subnet);
        return AccountId.Parse(_storage.Neurons[0].Hotkey).ToBytes();
    }

    private void Put(string entry, byte[] value, params byte[][] key)
    {
        var metadata = RuntimeMetadata.Decode(RecordedAnswers.Subtensor218Metadata().AsSpan(5));
        var map = metadata.Storage.Single(one => (one.Prefix, one.Name) == ("SubtensorModule", entry));
        _node.Storage[new HexBytes(StorageKey.Create(map, key)).ToString()] = value;
    }

    private string KeyOf(string entry) => new HexBytes(StorageKey.Create(
        new StorageEntry("SubtensorModule", entry, [StorageHasher.Identity], 0, 0),
        [46, 0])).ToString();

    private static byte[] Compact(int count) => [(byte)((count << 2) | 1), (byte)(count >> 6)];

    private Task<SubnetAnswer> ReadAsync()
    {
        var options = TestChain.Options(_node.Address.ToString(), _folder);
        return TestChain.Pool(options).ReadAsync(TestChain.Reader(options, _time).ReadAsync, CancellationToken.None);
    }
}
