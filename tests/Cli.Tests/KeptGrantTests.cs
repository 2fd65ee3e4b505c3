using System.Runtime.Versioning;

namespace S3Auth.Cli.Tests;

/// <summary>The cost of runs that use the grants of earlier runs.</summary>
public sealed class KeptGrantTests
{
    private TestTime _time = null!;
    private DirectoryInfo _folder = null!;
    private GrantServer _server = null!;

    private string Data => Path.Combine(_folder.FullName, "data");

    private string State => Path.Combine(_folder.FullName, "state");

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-kept-");
        Directory.CreateDirectory(Data);

        // After the times of the test's files, also if midnight passes. Their next minutes must not look like changes.
        _time = new TestTime(new DateTimeOffset(DateTime.UtcNow.Date.AddDays(2), TimeSpan.Zero));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // A job of cron, every five minutes for a day. Without kept grants, each run costs at least one.
    [TestCase("POST", 20, 1)]
    [TestCase("POST", 1500, 3, Category = "Nightly")]
    [TestCase("PUT", 20, 5)]
    [TestCase("PUT", 1500, 6, Category = "Nightly")]
    public async Task Day_of_runs_every_five_minutes_stays_within_the_quota(string method, int stored, int runsPerFile)
    {
        _server = new GrantServer(_time, method);
        for (var i = 0; i < stored; i++)
        {
            Write($"old-{i:0000}.bin");
            _server.Files[$"{GrantServer.Folder}old-{i:0000}.bin"] = new(ContentOf($"old-{i:0000}.bin"), _time.GetUtcNow());
        }

        for (var run = 0; run < 288; run++)
        {
            if (run % runsPerFile == 0)
            {
                Write($"new-{run:0000}.bin");
            }

            Assert.That(await UploadAsync(), Is.EqualTo(ExitCode.Done), $"Run {run} after {_server.Charged.Count} grants.");
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.That(_server.Files, Has.Count.EqualTo(stored + (((288 - 1) / runsPerFile) + 1)));
        Assert.That(_server.Charged, Has.Count.LessThanOrEqualTo(100));
        TestContext.Out.WriteLine($"{method}, {stored} stored files: {_server.Charged.Count} grants in 288 runs");
    }

    [Test]
    public async Task Runs_with_nothing_to_do_cost_one_grant_together([Values("POST", "PUT")] string method, [Values] bool isDryRun)
    {
        _server = new GrantServer(_time, method);
        Write("a.bin");
        _server.Files[GrantServer.Folder + "a.bin"] = new(ContentOf("a.bin"), _time.GetUtcNow());

        for (var run = 0; run < 3; run++)
        {
            await UploadAsync(isDryRun: isDryRun);
        }

        Assert.That(_server.Charged, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Dry_run_after_a_check_costs_nothing()
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        using (var session = Open())
        {
            await session.Client.OpenFolder(session.Coldkey).RequestGrantAsync();
        }

        await UploadAsync(isDryRun: true);

        Assert.That(_server.Charged, Is.EqualTo(["/get-folder-access"]));
    }

    [Test]
    public async Task File_that_another_program_removed_is_uploaded_again_if_the_listing_is_a_new_one([Values("POST", "PUT")] string method)
    {
        _server = new GrantServer(_time, method);
        Write("a.bin");
        await UploadAsync();
        _server.Files.Clear();

        await UploadAsync(isRefreshed: method == "PUT");

        Assert.That(_server.Files, Has.Count.EqualTo(1));
    }

    // The operator may have moved the files to another bucket, which a kept grant does not know.
    [Test]
    public async Task Refresh_requests_a_new_grant()
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        await UploadAsync();

        await UploadAsync(isRefreshed: true);

        Assert.That(_server.Charged.Count(path => path == "/get-folder-access"), Is.EqualTo(2));
    }

    [Test]
    public async Task File_that_cp_replaced_is_uploaded_again([Values("POST", "PUT")] string method)
    {
        _server = new GrantServer(_time, method);
        Write("a.bin");
        await UploadAsync();
        var other = Path.Combine(_folder.FullName, "other.bin");
        File.WriteAllBytes(other, new byte[ContentOf("a.bin").Length]);
        using (var session = Open())
        {
            var structure = await session.GetStructureAsync(CancellationToken.None);
            var folder = new RemoteFolder(session, structure, FileOwner.Own(session.Coldkey), maxBytesPerSecond: null)
            {
                IsOwn = true,
                Source = "x",
            };
            await new CopyRun(folder, CopyPlan.Of([other, ":a.bin"], isRecursive: false)).RunAsync(CancellationToken.None);
        }

        Assert.That(_server.Files.Values.Single().Content, Is.All.Zero);
        await UploadAsync();

        Assert.That(_server.Files.Values.Single().Content, Is.EqualTo(ContentOf("a.bin")));
    }

    [Test]
    public async Task Kept_listing_ends_after_an_hour_per_page()
    {
        _server = new GrantServer(_time, "PUT");
        Write("a.bin");
        await UploadAsync();
        _server.Files.Clear();
        _time.Advance(TimeSpan.FromMinutes(59));
        await UploadAsync();
        Assert.That(_server.Files, Is.Empty, "The listing is still used.");

        _time.Advance(TimeSpan.FromMinutes(1));
        await UploadAsync();

        Assert.That(_server.Files, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Changed_file_is_uploaded_again([Values("POST", "PUT")] string method)
    {
        _server = new GrantServer(_time, method);
        Write("a.bin");
        await UploadAsync();
        File.WriteAllBytes(Path.Combine(Data, "a.bin"), new byte[ContentOf("a.bin").Length]);
        _time.Advance(TimeSpan.FromMinutes(1));

        await UploadAsync();

        Assert.That(_server.Files.Values.Single().Content, Is.All.Zero);
    }

    // A file that was written in the last two seconds can change without a new time. So the next run compares its content.
    [Test]
    public async Task File_that_was_just_written_is_uploaded_once([Values("POST", "PUT")] string method)
    {
        _time = new TestTime(DateTimeOffset.UtcNow);
        _server = new GrantServer(_time, method);
        Write("a.bin");
        await UploadAsync();
        var first = _server.Files.Single().Value;
        _time.Advance(TimeSpan.FromMinutes(1));

        await UploadAsync();
        await UploadAsync();

        Assert.That(_server.Files.Single().Value, Is.SameAs(first));
        Assert.That(_server.Charged, Has.Count.LessThanOrEqualTo(3));
    }

    // Another program uploaded it after this one had listed the folder.
    [Test]
    public async Task File_that_exists_against_the_kept_listing_ends_that_listing()
    {
        _server = new GrantServer(_time, "PUT");
        Write("a.bin");
        Write("c.bin");
        await UploadAsync();
        Write("b.bin");
        _server.Files[GrantServer.Folder + "b.bin"] = new([1, 2, 3], _time.GetUtcNow());
        Assert.That(await UploadAsync(), Is.EqualTo(ExitCode.PartlyDone));

        Assert.That(await UploadAsync(), Is.EqualTo(ExitCode.Done));
        Assert.That(_server.Files[GrantServer.Folder + "b.bin"].Content, Is.EqualTo(ContentOf("b.bin")));
    }

    [UnsupportedOSPlatform("windows")]
    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Kept_files_are_for_their_owner_only()
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        await UploadAsync();

        var files = Directory.GetFiles(State, "*", SearchOption.AllDirectories);
        Assert.That(
            files.Select(Path.GetFileName), Has.Some.StartsWith("grant-").And.Some.StartsWith("files-").And.Some.EqualTo("quota.json"));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(
            File.GetUnixFileMode(Directory.GetDirectories(State).Single()),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [UnsupportedOSPlatform("windows")]
    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Grant_that_others_can_read_or_write_is_deleted_and_not_used(
        [Values(UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.GroupWrite, UnixFileMode.OtherWrite)] UnixFileMode mode)
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        await UploadAsync();
        var grant = Directory.GetFiles(State, "grant-*", SearchOption.AllDirectories).Single();
        File.SetUnixFileMode(grant, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        await UploadAsync();

        Assert.That(_server.Charged.Count(path => path == "/get-folder-access"), Is.EqualTo(2));
        Assert.That(File.GetUnixFileMode(grant), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Hotkeys_and_servers_share_nothing()
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        await UploadAsync();

        await UploadAsync(hotkey: "//Charlie");

        Assert.That(_server.Charged.Count(path => path == "/get-folder-access"), Is.EqualTo(2));
        await using var other = new GrantServer(_time, "POST");
        (var first, _server) = (_server, other);
        await UploadAsync();
        Assert.That(other.Charged, Has.Member("/get-folder-access"));
        await first.DisposeAsync();
    }

    [TestCase("{\"files\": 7")]
    [TestCase("{\"files\": null}")]
    [TestCase("{\"files\": {\"data/x/5A/a.bin\": null}}")]
    [TestCase("{\"files\": {\"data/x/5A/a.bin\": {\"size\": 50}}, \"listed_at\": \"2020-01-01T00:00:00Z\", \"pages\": 2147483647}")]
    public async Task Damaged_files_are_ignored(string content)
    {
        _server = new GrantServer(_time, "POST");
        Write("a.bin");
        await UploadAsync();
        foreach (var file in Directory.GetFiles(State, "*", SearchOption.AllDirectories))
        {
            File.WriteAllText(file, content);
        }

        Assert.That(await UploadAsync(), Is.EqualTo(ExitCode.Done));
    }

    // A file every ten minutes. Without forms, each of them would cost a grant, and the last third of the day would have none.
    [TestCase("PUT", 80, 100)]
    [TestCase("POST", 1, 3, Category = "Nightly")]
    public async Task Watch_of_a_day_uploads_every_file_within_the_quota(string method, int minGrants, int maxGrants)
    {
        _server = new GrantServer(_time, method);
        Write("first.bin");
        using var session = Open();
        using var stop = new CancellationTokenSource();
        var watch = new UploadRun(session, new UploadPlan
        {
            Paths = [Data],
            Settings = new UploadSettings { Parallel = 4 },
            WatchPeriod = TimeSpan.FromMinutes(1),
        }).RunAsync(stop.Token);

        for (var minute = 0; minute < 24 * 60; minute++)
        {
            if (minute % 10 == 0)
            {
                Write($"new-{minute:0000}.bin");
            }

            await Wait.UntilAsync(() => _time.HasWaitingTask);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await stop.CancelAsync();
        Assert.That(await watch, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(_server.Charged, Has.Count.InRange(minGrants, maxGrants));
        Assert.That(_server.Files, Has.Count.GreaterThanOrEqualTo(120), "Of 145. The last ones wait for the next day.");
    }

    private static byte[] ContentOf(string name) => [.. Enumerable.Repeat(System.Text.Encoding.UTF8.GetBytes(name), 10).SelectMany(x => x)];

    private void Write(string name) => File.WriteAllBytes(Path.Combine(Data, name), ContentOf(name));

    private async Task<ExitCode> UploadAsync(bool isDryRun = false, bool isRefreshed = false, string hotkey = "//Bob")
    {
        using var session = Open(hotkey);
        var exitCode = await new UploadRun(session, new UploadPlan
        {
            Paths = [Data],
            Settings = new UploadSettings { Parallel = 4, DryRun = isDryRun, Refresh = isRefreshed },
        }).RunAsync(CancellationToken.None);
        session.ReportQuota();
        return exitCode;
    }

    private Session Open(string hotkey = "//Bob")
    {
        using var coldkey = KeyPair.FromUri("//Bob//cold");
        var owner = coldkey.AccountId;
        return new Session(new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri(hotkey), owner))
        {
            StateFolder = State,
            Time = _time,
        };
    }
}
