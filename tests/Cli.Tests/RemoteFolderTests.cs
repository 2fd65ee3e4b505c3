namespace S3Auth.Cli.Tests;

public sealed class RemoteFolderTests
{
    private GrantServer _server = null!;
    private Session _session = null!;

    [SetUp]
    public void SetUp()
    {
        _server = new GrantServer(TimeProvider.System, "PUT");
        var coldkey = KeyPair.FromUri("//Bob//cold").AccountId;
        _session = new Session(new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri("//Bob"), coldkey));
    }

    [TearDown]
    public async Task TearDown()
    {
        _session.Dispose();
        await _server.DisposeAsync();
    }

    // A server may list something else than it was asked for.
    [TestCase("a.bin", false)]
    [TestCase("data/x/5A/a.bi", false)]
    [TestCase("data/x/5A/a.bin", true)]
    public async Task File_is_found_only_if_its_path_is_the_wanted_one(string wanted, bool isFound)
    {
        _server.Files["a.bin/1/2/3"] = new([1], DateTimeOffset.UnixEpoch);
        _server.Files["data/x/5A/a.bin"] = new([1], DateTimeOffset.UnixEpoch);
        var structure = await _session.GetStructureAsync(CancellationToken.None);
        var folder = new RemoteFolder(_session, structure, FileOwner.Own(_session.Coldkey), maxBytesPerSecond: null);

        Assert.That(
            () => folder.FindAsync(RemotePath.ReadRemote(wanted), CancellationToken.None),
            isFound ? Throws.Nothing : Throws.TypeOf<UsageException>());
    }
}
