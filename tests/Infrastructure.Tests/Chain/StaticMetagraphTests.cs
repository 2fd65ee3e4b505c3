using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Chain;

public sealed class StaticMetagraphTests
{
    private const string Bob = Accounts.BobAddress;
    private const string Dave = Accounts.DaveAddress;

    private static readonly AccountId BobId = Accounts.Bob;

    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "metagraph.json");

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("s3auth-metagraph-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Development_accounts_need_no_file()
    {
        using var metagraph = new StaticMetagraph(null, 46, _time, NullLogger<StaticMetagraph>.Instance);
        var rules = new SubnetRules(AlphaAmount.FromAlpha(20_000));

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current.Count, Is.EqualTo(5));
            Assert.That(rules.IsValidator(Find("//Alice")), Is.True);
            Assert.That(Find("//Eve").ValidatorPermit && !rules.IsValidator(Find("//Eve")), Is.True);
            foreach (var miner in new[] { "//Bob", "//Charlie", "//Dave" })
            {
                using var coldkey = KeyPair.FromUri(miner + "//cold");
                Assert.That(Find(miner).Coldkey, Is.EqualTo(coldkey.AccountId));
                Assert.That(rules.IsValidator(Find(miner)), Is.False);
            }
        });

        Neuron Find(string uri)
        {
            using var hotkey = KeyPair.FromUri(uri);
            return metagraph.Current.Find(hotkey.AccountId)!;
        }
    }

    [Test]
    public void File_is_read_at_the_start()
    {
        Write(permit: true, stake: "30000.5");

        using var metagraph = Start();

        Assert.Multiple(() =>
        {
            Assert.That(
                metagraph.Current.Find(BobId),
                Is.EqualTo(new Neuron(3, BobId, Accounts.Dave, ValidatorPermit: true, new AlphaAmount(30_000_500_000_000), Active: true)));
            Assert.That(
                metagraph.Describe(),
                Is.EqualTo(new Application.Ports.MetagraphState(false, 7, 1, _time.GetUtcNow(), TimeSpan.Zero, null, null)));
        });
    }

    [Test]
    public async Task Edit_takes_effect()
    {
        Write(permit: false);
        using var metagraph = Start();
        await metagraph.StartAsync(CancellationToken.None);

        Write(permit: true);
        await TickUntilAsync(() => metagraph.Current.Find(BobId)!.ValidatorPermit);

        await metagraph.StopAsync(CancellationToken.None);
        Assert.That(metagraph.Describe().LastError, Is.Null);
    }

    [TestCase("{", TestName = "cut off")]
    [TestCase(null, TestName = "deleted")]
    [TestCase("[]", TestName = "another shape")]
    public async Task Invalid_edit_is_reported_and_the_last_valid_metagraph_stays(string? content)
    {
        Write(permit: true);
        using var log = new Log();
        using var logging = new LoggerFactory([log]);
        using var metagraph = new StaticMetagraph(FilePath, 46, _time, logging.CreateLogger<StaticMetagraph>());
        await metagraph.StartAsync(CancellationToken.None);

        if (content is null)
        {
            File.Delete(FilePath);
        }
        else
        {
            AtomicFile.Write(FilePath, content);
        }

        await TickUntilAsync(() => log.Count(LogLevel.Warning) == 1);
        await TickAsync(3);

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current.Find(BobId)!.ValidatorPermit, Is.True);
            Assert.That(metagraph.Describe().LastError, Is.Not.Null.And.Not.Contains(_folder), "everyone sees it");
        });

        Write(permit: false);
        await TickUntilAsync(() => metagraph.Describe().LastError is null);

        await metagraph.StopAsync(CancellationToken.None);
        Assert.That(metagraph.Current.Find(BobId)!.ValidatorPermit, Is.False, "a good edit after it is picked up");
        Assert.That(log.Count(LogLevel.Warning), Is.EqualTo(1), "once, not at every poll");
    }

    [Test]
    public async Task Edit_takes_effect_once_the_file_is_readable()
    {
        Write(permit: false);
        using var metagraph = Start();
        await metagraph.StartAsync(CancellationToken.None);

        await using (var held = new FileStream(FilePath, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await held.WriteAsync(Encoding.UTF8.GetBytes(Json(permit: "true")));
            await held.FlushAsync();
            await TickUntilAsync(() => metagraph.Describe().LastError is not null);
        }

        await TickUntilAsync(() => metagraph.Current.Find(BobId)!.ValidatorPermit);

        await metagraph.StopAsync(CancellationToken.None);
        Assert.That(metagraph.Describe().LastError, Is.Null);
    }

    [Test]
    public async Task Folder_that_becomes_unreadable_is_reported_and_does_not_end_the_polling()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Nothing is unreadable for a privileged process.");
            return;
        }

        Write(permit: false);
        using var metagraph = Start();
        await metagraph.StartAsync(CancellationToken.None);
        var mode = File.GetUnixFileMode(_folder);
        File.SetUnixFileMode(_folder, UnixFileMode.None);
        try
        {
            await TickUntilAsync(() => metagraph.Describe().LastError is not null);
        }
        finally
        {
            File.SetUnixFileMode(_folder, mode);
        }

        Write(permit: true);
        await TickUntilAsync(() => metagraph.Current.Find(BobId)!.ValidatorPermit);

        await metagraph.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task File_that_is_replaced_through_a_link_takes_effect()
    {
        Write(permit: false);
        File.Move(FilePath, Path.Combine(_folder, "first.json"));
        File.CreateSymbolicLink(FilePath, Path.Combine(_folder, "first.json"));
        using var metagraph = Start();
        await metagraph.StartAsync(CancellationToken.None);

        var second = Path.Combine(_folder, "second.json");
        await File.WriteAllTextAsync(second, Json(permit: "true"));
        File.Delete(FilePath);
        File.CreateSymbolicLink(FilePath, second);
        await TickUntilAsync(() => metagraph.Current.Find(BobId)!.ValidatorPermit);

        await metagraph.StopAsync(CancellationToken.None);
    }

    [TestCase("", "", "", "", "", "", TestName = "empty")]
    [TestCase("45", "7", "3", Bob, "true", "1", TestName = "another subnet")]
    [TestCase("46", "7", "65536", Bob, "true", "1", TestName = "uid beyond 16 bits")]
    [TestCase("46", "7", "3", "bob", "true", "1", TestName = "no address")]
    [TestCase("46", "7", "3", Bob, "\"yes\"", "1", TestName = "permit is no boolean")]
    [TestCase("46", "7", "3", Bob, "true", "-1", TestName = "negative stake")]
    [TestCase("46", "7", "3", Bob, "true", "1e30", TestName = "stake beyond 64 bits of units")]
    [TestCase("46", "-1", "3", Bob, "true", "1", TestName = "negative block")]
    public void File_without_a_metagraph_of_this_subnet_is_refused(
        string netuid,
        string block,
        string uid,
        string hotkey,
        string permit,
        string stake)
    {
        File.WriteAllText(FilePath, netuid.Length == 0 ? "" : Json(netuid, block, uid, hotkey, permit, stake));

        Assert.That(() => Start(), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase("""{"netuid": 46, "block": 1, "neurons": [null]}""")]
    [TestCase("""{"netuid": 46, "block": 1}""")]
    [TestCase("""{"netuid": 46, "block": 1, "neurons": null}""")]
    [TestCase(
        """{"netuid": 46, "block": 1, "neurons": [{"uid": 0, "hotkey": null, "coldkey": null, """
        + """ "validator_permit": true, "alpha_stake": 1}]}""")]
    [TestCase(
        """{"netuid": 46, "block": 1, "neurons": [{"uid": 0, "hotkey": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", """
        + """ "coldkey": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "validator_permit": true}]}""")]
    [TestCase("""{"netuid": 46, "block": 1, "neurons": [], "neuron": []}""")]
    [TestCase("""null""")]
    public void File_with_a_missing_or_unknown_member_is_refused(string content)
    {
        File.WriteAllText(FilePath, content);

        Assert.That(() => Start(), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Missing_file_is_refused() => Assert.That(() => Start(), Throws.InstanceOf<IOException>());

    private StaticMetagraph Start() => new(FilePath, 46, _time, NullLogger<StaticMetagraph>.Instance);

    private void Write(bool permit, string stake = "0") =>
        AtomicFile.Write(FilePath, Json(permit: permit ? "true" : "false", stake: stake));

    private static string Json(
        string netuid = "46", string block = "7", string uid = "3", string hotkey = Bob, string permit = "false", string stake = "0") =>
        $$"""
        {"netuid": {{netuid}}, "block": {{block}}, "neurons": [
          {"uid": {{uid}}, "hotkey": "{{hotkey}}", "coldkey": "{{Dave}}", "validator_permit": {{permit}}, "alpha_stake": {{stake}}}]}
        """;

    private async Task TickAsync(int looks)
    {
        for (var i = 0; i < looks; i++)
        {
            _time.Advance(WatchedFile<Metagraph>.PollInterval);
            await Task.Delay(10);
        }
    }

    private Task TickUntilAsync(Func<bool> done) => Wait.UntilAsync(() =>
    {
        _time.Advance(WatchedFile<Metagraph>.PollInterval);
        return done();
    });
}
