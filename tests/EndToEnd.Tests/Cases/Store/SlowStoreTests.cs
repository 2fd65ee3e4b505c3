namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>A store that does not answer: requests that need it end with a timeout, all others are not delayed.</summary>
internal sealed class SlowStoreTests
{
    private const int ManyRequests = 200;
    private const int MinRounds = 5;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(4);

    private static readonly Miner Miner = Subnet.OrdinaryMiner;
    private static readonly Account Validator = Subnet.Validator.Hotkey;

    private ScratchFolder? _folder;
    private SilentStore? _store;
    private ApiProcess? _api;

    private ServiceClient Client => _api?.Client ?? throw new InvalidOperationException("The service does not run yet.");

    /// <summary>What asks the store.</summary>
    private static IReadOnlyList<Func<Call>> Slow =>
    [
        () => Call.ValidatorAccess(Validator),
        () => Call.Files(Validator, "miner_coldkey", Miner.Coldkey.Address),
        () => Call.FileUpload(Miner, "file.bin"),
        () => Call.FolderUrls(Validator),
        () => Call.MyFiles(Miner),
    ];

    /// <summary>What needs the bucket's keys only.</summary>
    private static IReadOnlyList<Func<Call>> Fast =>
    [
        () => Call.FolderAccess(Miner),
        () => Call.MinerAccess(Validator, "miner_coldkey", Miner.Coldkey.Address),
        () => Call.MinerList(Validator, "miner_coldkey", Miner.Coldkey.Address),
        () =>
            Call.FileUrls(
                Validator,
                "miner_coldkey",
                Miner.Coldkey.Address,
                [.. Enumerable.Range(0, 100).Select(number => $"data/x/{Miner.Coldkey}/{number}.bin")]),
    ];

    [OneTimeSetUp]
    public async Task StartServiceOnSilentStore()
    {
        _folder = new ScratchFolder("silent");
        _store = new SilentStore();
        var settings = ApiProcess.ProductionSettings(
            await Subnet.Create(1).WriteAsync(_folder),
            _store.Endpoint,
            "silent",
            "us-east-2",
            _folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        settings["LISTING_CACHE_SECONDS"] = "0";
        settings["DAILY_LIMIT_PER_MINER"] = "100000";
        _api = await ApiProcess.StartAsync(settings);
    }

    [OneTimeTearDown]
    public async Task StopService()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Request_that_waits_for_the_store_ends_as_a_timeout(ProofKind proof)
    {
        foreach (var (call, answer, time) in await Task.WhenAll(Slow.Select(make => AskAsync(make(), proof))))
        {
            AssertTimeout(call, answer);
            Assert.That(time, Is.LessThan(LongestWait), call.Path);
        }
    }

    [Test]
    public async Task Health_check_tells_that_the_store_does_not_answer()
    {
        var clock = Stopwatch.StartNew();

        var health = await Client.GetAsync("/healthcheck");

        Assert.That(
            (health.Status, (string?)health.Json["status"], (bool?)health.Json["s3_ok"]),
            Is.EqualTo((HttpStatusCode.OK, "degraded", false)));
        Assert.That(clock.Elapsed, Is.LessThan(LongestWait));
    }

    [Test]
    public async Task Hundreds_of_waiting_requests_hold_up_nobody_else()
    {
        // The first of each kind takes its time whatever the store does.
        foreach (var make in Fast)
        {
            Assert.That((await Client.SendAsync(make())).Status, Is.EqualTo(HttpStatusCode.OK));
        }

        // Repeated if the waiting requests end before there are enough rounds, as they can on a busy machine.
        var times = new List<(string Path, TimeSpan Time)>();
        var rounds = 0;
        for (var attempt = 0; attempt < 5 && rounds < MinRounds; attempt++)
        {
            var taken = _store!.Taken;
            var calls = Enumerable.Range(0, ManyRequests).Select(number => Slow[number % Slow.Count]()).ToList();
            var waiting = calls.Select(call => AskAsync(call, ProofKind.Commitment)).ToList();
            await WaitUntilWaitingAsync(taken);

            var clock = Stopwatch.StartNew();
            var areWaiting = true;
            while (areWaiting && (rounds < MinRounds || clock.Elapsed < TimeSpan.FromSeconds(1)))
            {
                times.AddRange(await TimeFastAsync(rounds % 2 == 0 ? ProofKind.Commitment : ProofKind.Tao));
                areWaiting = waiting.Count(one => !one.IsCompleted) > ManyRequests / 2;
                rounds += areWaiting ? 1 : 0;
            }

            foreach (var (call, answer, time) in await Task.WhenAll(waiting))
            {
                AssertTimeout(call, answer);
                Assert.That(time, Is.LessThan(LongestWait), call.Path);
            }
        }

        // The median of each kind, because one request can take long on a busy machine.
        foreach (var kind in times.GroupBy(one => one.Path, one => one.Time, StringComparer.Ordinal))
        {
            Assert.That(kind.Order().ElementAt(kind.Count() / 2), Is.LessThan(Quick), kind.Key);
        }

        Assert.That(rounds, Is.GreaterThanOrEqualTo(MinRounds), "They must still be waiting, else this proves nothing.");
    }

    private static void AssertTimeout(Call call, Answer answer)
    {
        Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((504, "storage_timeout")), $"{call.Path} {answer}");
        Assert.That(answer.RetryAfter, Does.Match("^[1-9][0-9]*$"), call.Path);
        Assert.That(answer.Text, Does.Not.Contain("127.0.0.1").And.Not.Contain("some-secret"), "No internal host.");
    }

    private async Task<IEnumerable<(string Path, TimeSpan Time)>> TimeFastAsync(ProofKind proof)
    {
        var asked = await Task.WhenAll(Fast.Select(make => AskAsync(make(), proof)));
        foreach (var (call, answer, _) in asked)
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{call.Path} {answer}");
        }

        Assert.That((await Client.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        return asked.Select(one => (one.Call.Path, one.Time));
    }

    private async Task<(Call Call, Answer Answer, TimeSpan Time)> AskAsync(Call call, ProofKind proof)
    {
        var clock = Stopwatch.StartNew();
        return (call, await Client.SendAsync(call, proof), clock.Elapsed);
    }

    // The service asks a store only so much at once: when no more comes, the others wait for their turn.
    private async Task WaitUntilWaitingAsync(int before)
    {
        await Wait.UntilAsync(() => _store!.Taken > before, "Nothing has reached the store, so this proves nothing.");
        var (seen, quiet) = (before, 0);
        for (var attempt = 0; attempt < 40 && quiet < 5; attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            (quiet, seen) = _store!.Taken == seen && seen > before ? (quiet + 1, seen) : (0, _store.Taken);
        }
    }
}
