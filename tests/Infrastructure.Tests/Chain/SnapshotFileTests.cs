using System.Text.Json.Nodes;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The snapshot that is kept for a start while no node answers.</summary>
internal sealed class SnapshotFileTests
{
    private const string Nodes = "wss://one/?apikey=very-private,wss://two";

    private static readonly string Genesis = "0x" + new string('7', 64);

    private static readonly DateTimeOffset ReadAt = new(2026, 11, 25, 6, 30, 15, TimeSpan.Zero);

    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "metagraph-snapshot.json");

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("s3auth-snapshot-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_returns_null_without_a_file() => Assert.That(Open(Nodes).Load(), Is.Null);

    [Test]
    public async Task Load_returns_the_saved_answer()
    {
        var kept = await KeepAsync(Nodes);

        var loaded = Open(Nodes).Load();

        Assert.Multiple(() =>
        {
            Assert.That(loaded!.Metagraph.Block, Is.EqualTo(7));
            Assert.That(loaded.Metagraph.ReadAt, Is.EqualTo(ReadAt));
            Assert.That(loaded.Metagraph.Network, Is.EqualTo("Test Chain"));
            Assert.That((loaded.Chain, loaded.Endpoint), Is.EqualTo((kept.Chain, kept.Endpoint)));
            Assert.That((loaded.BlockTime, loaded.SpecVersion), Is.EqualTo((kept.BlockTime, kept.SpecVersion)));
            foreach (var neuron in RecordedAnswers.All["subnet"].Neurons!)
            {
                var account = Substrate.AccountId.Parse(neuron.Hotkey);
                Assert.That(loaded.Metagraph.Find(account), Is.EqualTo(kept.Metagraph.Find(account)).And.Not.Null);
            }
        });
    }

    [Test]
    public async Task Save_replaces_the_file_and_leaves_no_other_file()
    {
        await KeepAsync(Nodes);
        await KeepAsync(Nodes, block: 8);

        Assert.That(Open(Nodes).Load()!.Metagraph.Block, Is.EqualTo(8));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { FilePath }));
    }

    [Test]
    public async Task Load_ignores_the_file_of_an_interrupted_write()
    {
        await KeepAsync(Nodes);
        await File.WriteAllTextAsync($"{FilePath}.1234.tmp", (await File.ReadAllTextAsync(FilePath))[..100]);

        Assert.That(Open(Nodes).Load()!.Metagraph.Block, Is.EqualTo(7));
    }

    [Test]
    public async Task Failed_save_keeps_the_snapshot_and_leaves_no_other_file()
    {
        await KeepAsync(Nodes);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        Assert.That(
            () => Open(Nodes).SaveAsync(Answer(TestChain.Options(Nodes, _folder), 8), stopped.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Open(Nodes).Load()!.Metagraph.Block, Is.EqualTo(7));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { FilePath }));
    }

    [Test]
    public async Task Save_creates_the_folder()
    {
        var folder = Path.Combine(_folder, "not", "there");
        var options = TestChain.Options(Nodes, folder);
        await new SnapshotFile(options).SaveAsync(
            Answer(options, 7),
            CancellationToken.None);

        Assert.That(Path.Combine(folder, "metagraph-snapshot.json"), Does.Exist);
    }

    [Test]
    public async Task File_names_network_and_chain_but_no_address()
    {
        await KeepAsync(Nodes);

        var text = await File.ReadAllTextAsync(FilePath);
        var json = JsonNode.Parse(text)!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)json["network"], Is.EqualTo("custom"));
            Assert.That((string?)json["chain"], Is.EqualTo("Test Chain"));
            Assert.That((string?)json["genesis"], Is.EqualTo(Genesis));
            Assert.That((int?)json["netuid"], Is.EqualTo(46));
            Assert.That((int?)json["block"], Is.EqualTo(7));
            Assert.That((DateTimeOffset?)json["read_at"], Is.EqualTo(ReadAt));
            Assert.That(text, Does.Not.Contain("private").And.Not.Contain("wss"));
        });
    }

    [TestCase("wss://two,wss://one/?apikey=very-private", 46, true, TestName = "in another order")]
    [TestCase("wss://three,wss://one/?apikey=very-private", 46, true, TestName = "beside another node")]
    [TestCase("wss://two", 46, false, TestName = "without the node that it is from")]
    [TestCase("wss://one/?apikey=other", 46, false, TestName = "of another address")]
    [TestCase("finney", 46, false, TestName = "of a network with a name")]
    [TestCase("wss://one/?apikey=very-private", 47, false, TestName = "of another subnet")]
    public async Task Snapshot_is_used_only_for_its_nodes_and_its_subnet(string network, int netuid, bool used)
    {
        await KeepAsync(Nodes);

        Assert.That(
            () => Open(network, (ushort)netuid).Load(),
            used ? Is.Not.Null : Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public async Task Snapshot_of_a_named_network_is_used_only_for_that_network()
    {
        await KeepAsync("finney");

        Assert.That(Open("finney").Load()!.Metagraph.Network, Is.EqualTo("finney"));
        Change(json => json["endpoint"] = "another public node of the same network");
        Assert.That(Open("finney").Load(), Is.Not.Null);
        Assert.That(() => Open("test").Load(), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase(1, 1, true)]
    [TestCase(1, 2, false)]
    [TestCase(2, 2, true)]
    [TestCase(3, 2, true)]
    public async Task Snapshot_is_used_only_if_enough_nodes_agreed_about_it(int agreed, int required, bool used)
    {
        var options = TestChain.Options(Nodes, _folder, nodesThatAgree: agreed);
        await new SnapshotFile(options).SaveAsync(Answer(options, 7), CancellationToken.None);

        var file = new SnapshotFile(TestChain.Options(Nodes, _folder, nodesThatAgree: required));

        Assert.That(
            file.Load, used ? Is.Not.Null : Throws.InstanceOf<InvalidDataException>().With.Message.Contains("NODES_THAT_AGREE was 1"));
    }

    private static IEnumerable<TestCaseData> Damages()
    {
        yield return new TestCaseData((Action<JsonObject>)(json => json["netuid"] = 47)).SetArgDisplayNames("netuid changed");
        yield return new TestCaseData((Action<JsonObject>)(json => json["block"] = -1)).SetArgDisplayNames("block negative");
        yield return new TestCaseData((Action<JsonObject>)(json => json["read_at"] = "yesterday")).SetArgDisplayNames("no time");
        yield return new TestCaseData((Action<JsonObject>)(json => json["version"] = 3)).SetArgDisplayNames("a newer version");
        yield return new TestCaseData((Action<JsonObject>)(json => json["block_time"] = "yesterday")).SetArgDisplayNames("no block time");
        yield return new TestCaseData((Action<JsonObject>)(json => json["neurons"]![1] = null)).SetArgDisplayNames("a neuron null");
        yield return new TestCaseData((Action<JsonObject>)(json => json["neurons"]![1] = json["neurons"]![0]!.DeepClone()))
            .SetArgDisplayNames("a neuron twice");
        yield return new TestCaseData((Action<JsonObject>)(json => json["neurons"]![1]!["hotkey"] = "5Bob"))
            .SetArgDisplayNames("no address");
        yield return new TestCaseData((Action<JsonObject>)(json => json["neurons"]![1]!["alpha_stake"] = -1))
            .SetArgDisplayNames("a negative stake");
        yield return new TestCaseData((Action<JsonObject>)(json => json["chain"] = null)).SetArgDisplayNames("chain null");
        yield return new TestCaseData((Action<JsonObject>)(json => json["genesis"] = "0x12")).SetArgDisplayNames("genesis too short");
        yield return new TestCaseData((Action<JsonObject>)(json => json["genesis"] = "0x" + new string('g', 64)))
            .SetArgDisplayNames("genesis not hex");
        yield return new TestCaseData((Action<JsonObject>)(json => json["anything"] = 1)).SetArgDisplayNames("a member more");
        foreach (var member in (string[])[
            "version", "network", "endpoint", "genesis", "chain", "netuid", "spec_version", "block", "block_time", "read_at", "neurons",
            "nodes_that_agreed",
        ])
        {
            yield return new TestCaseData((Action<JsonObject>)(json => json.Remove(member))).SetArgDisplayNames($"without {member}");
        }
    }

    /// <summary>A file of a server before the block's time was known.</summary>
    [Test]
    public async Task File_of_the_first_version_is_read()
    {
        await WriteLegacyAsync(RecordedAnswers.State("subnet"));

        var loaded = Open(Nodes).Load()!;

        Assert.Multiple(() =>
        {
            Assert.That(loaded.Metagraph.Count, Is.EqualTo(5));
            Assert.That(loaded.Chain, Is.EqualTo(new ChainIdentity(Genesis: null, "Test Chain")));
            Assert.That(loaded.BlockTime, Is.EqualTo(ReadAt), "what is known best");
            Assert.That(loaded.SpecVersion, Is.Null);
        });
    }

    [Test]
    public async Task Damaged_file_of_the_first_version_is_not_used()
    {
        foreach (var state in (byte[][])[[0], [1, 2, 3], [.. RecordedAnswers.State("subnet"), 0]])
        {
            await WriteLegacyAsync(state);
            Assert.That(() => Open(Nodes).Load(), Throws.InstanceOf<InvalidDataException>());
        }
    }

    [Test]
    public async Task File_of_an_older_version_is_not_used_if_several_nodes_must_agree()
    {
        await WriteLegacyAsync(RecordedAnswers.State("subnet"));
        var file = new SnapshotFile(TestChain.Options(Nodes, _folder, nodesThatAgree: 2));

        Assert.That(file.Load, Throws.InstanceOf<InvalidDataException>().With.Message.Contains("NODES_THAT_AGREE was 1"));
    }

    private Task WriteLegacyAsync(byte[] state) => File.WriteAllTextAsync(
        FilePath,
        new JsonObject
        {
            ["network"] = "custom",
            ["endpoint"] = TestChain.Options(Nodes).Network.Endpoints[0].Fingerprint,
            ["chain"] = "Test Chain",
            ["netuid"] = 46,
            ["block"] = 7,
            ["read_at"] = ReadAt,
            ["subnet_state"] = Convert.ToBase64String(state),
        }.ToJsonString());

    [TestCaseSource(nameof(Damages))]
    public async Task Damaged_file_is_not_used(Action<JsonObject> damage)
    {
        await KeepAsync(Nodes);
        Change(damage);

        Assert.That(() => Open(Nodes).Load(), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public async Task File_that_is_cut_off_is_not_used()
    {
        await KeepAsync(Nodes);
        var text = await File.ReadAllTextAsync(FilePath);
        for (var length = 0; length < text.Length - 1; length += 7)
        {
            await File.WriteAllTextAsync(FilePath, text[..length]);
            Assert.That(() => Open(Nodes).Load(), Throws.InstanceOf<InvalidDataException>(), $"{length} characters");
        }
    }

    [Test]
    public void File_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(FilePath))
        {
            file.SetLength(129L * 1024 * 1024);
        }

        Assert.That(() => Open(Nodes).Load(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("bytes"));
    }

    private void Change(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject();
        change(json);
        File.WriteAllText(FilePath, json.ToJsonString());
    }

    private SnapshotFile Open(string network, ushort netuid = 46)
    {
        var options = TestChain.Options(network, _folder, netuid);
        return new SnapshotFile(options);
    }

    private async Task<SubnetAnswer> KeepAsync(string network, ulong block = 7)
    {
        var answer = Answer(TestChain.Options(network, _folder), block);
        await Open(network).SaveAsync(answer, CancellationToken.None);
        return answer;
    }

    private static SubnetAnswer Answer(ChainOptions options, ulong block) => new(
        TestChain.Reader(options).Decode(
            new RuntimeApiSource(FixedSubnetState.Compiled),
            new HexBytes(RecordedAnswers.State("subnet")),
            options.Network.NameFor("Test Chain"),
            block,
            ReadAt),
        new ChainIdentity(Genesis, "Test Chain"),
        ReadAt.AddSeconds(-30),
        SpecVersion: 343,
        options.Network.Endpoints[0].Fingerprint);
}
