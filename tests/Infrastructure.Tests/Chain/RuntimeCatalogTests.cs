using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The runtimes that the server knows, in memory and in its data folder.</summary>
internal sealed class RuntimeCatalogTests
{
    private static readonly HexBytes Genesis = new(new byte[32]);
    private static readonly HexBytes OtherGenesis = new(Enumerable.Repeat((byte)1, 32).ToArray());

    // Returns the metadata inside the option and the byte list that a node answers.
    private static readonly HexBytes Metadata = new(RecordedAnswers.Subtensor218Metadata().AsMemory(5));

    private string _folder = null!;

    private string[] Files => Directory.GetFiles(Path.Combine(_folder, "runtimes"));

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("s3auth-runtimes-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Runtime_is_unknown_at_first() => Assert.That(Open().Find(Key(218)), Is.Null);

    [Test]
    public void Known_runtime_is_found_again_after_a_restart_for_its_chain_and_version_only()
    {
        Open().Add(Key(218), Metadata);

        Assert.Multiple(() =>
        {
            Assert.That(Open().Find(Key(218)), Is.Not.Null);
            Assert.That(Open().Find(Key(219)), Is.Null);
            Assert.That(Open().Find(Key(218, OtherGenesis)), Is.Null);
        });
    }

    [Test]
    public void Metadata_that_too_few_nodes_agreed_about_is_not_used()
    {
        Open().Add(Key(218, nodesThatAgree: 1), Metadata);

        Assert.That(Open().Find(Key(218, nodesThatAgree: 2)), Is.Null);
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(5 * 1024 * 1024)]
    public void Damaged_file_is_not_used(int length)
    {
        Open().Add(Key(218), Metadata);
        using (var file = File.OpenWrite(Files.Single()))
        {
            file.SetLength(length);
        }

        Assert.That(Open().Find(Key(218)), Is.Null);
    }

    [Test]
    public void Runtime_without_metadata_is_known_until_the_restart()
    {
        var catalog = Open();
        catalog.Add(Key(218), metadata: null);

        Assert.That(catalog.Find(Key(218)), Is.Not.Null);
        Assert.That(Open().Find(Key(218)), Is.Null);
    }

    [Test]
    public void Forgotten_runtime_is_unknown_after_a_restart_too()
    {
        var catalog = Open();
        catalog.Add(Key(218), Metadata);

        catalog.Forget(Key(218));

        Assert.That((catalog.Find(Key(218)), Open().Find(Key(218))), Is.EqualTo(((RuntimeSources?)null, (RuntimeSources?)null)));
    }

    [Test]
    public void Only_the_last_runtimes_are_kept()
    {
        var catalog = Open();
        for (var version = 1u; version <= 20; version++)
        {
            catalog.Add(Key(version), Metadata);
        }

        Assert.That(Files, Has.Length.EqualTo(8));
        Assert.That(catalog.Find(Key(20)), Is.Not.Null);
    }

    [Test]
    public void Metadata_is_used_although_the_folder_cannot_be_written_to()
    {
        File.WriteAllText(Path.Combine(_folder, "runtimes"), "in the way");
        var catalog = Open();

        catalog.Add(Key(218), Metadata);

        Assert.That(catalog.Find(Key(218)), Is.Not.Null);
    }

    [Test]
    public void File_that_cannot_be_replaced_leaves_no_other_file()
    {
        Open().Add(Key(218), Metadata);
        var path = Files.Single();
        File.Delete(path);
        Directory.CreateDirectory(Path.Combine(path, "in the way"));

        Open().Add(Key(218), Metadata);

        Assert.That(Files, Is.Empty);
    }

    [Test]
    public void Malformed_metadata_is_refused_and_not_kept()
    {
        var catalog = Open();

        Assert.That(
            () => catalog.Add(Key(218), new HexBytes(Metadata.Bytes[..^1])),
            Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed));
        Assert.That(catalog.Find(Key(218)), Is.Null);
    }

    private static RuntimeKey Key(uint specVersion, HexBytes? genesis = null, int nodesThatAgree = 1) => new(
        genesis ?? Genesis, specVersion, RuntimeKey.OriginOf([Node("ws://a")], nodesThatAgree));

    private static NodeMember Node(string address) => new(TestChain.Options(address).Network.Endpoints[0], 0, TimeProvider.System);

    private RuntimeCatalog Open() => new(TestChain.Options("ws://a,ws://b", _folder), NullLogger<RuntimeCatalog>.Instance);
}
