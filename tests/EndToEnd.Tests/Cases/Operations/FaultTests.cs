namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Failures of chain, Redis, store, clock, disk and processes under a constant load of miners. Every request must be granted before, during
/// and after the failure. Each case prints the share that was.
/// </summary>
internal sealed class FaultTests
{
    private const int PerSecond = 20;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan During = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(3);

    // Requests wait at most 250 ms for Redis. The rest is for a busy machine, but less than the 5 s after which the Redis client times out.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private readonly List<IAsyncDisposable> _running = [];
    private readonly Subnet _subnet = Subnet.Create(30);
    private ScratchFolder _folder = null!;
    private string _metagraph = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new ScratchFolder("faults");
        _metagraph = await _subnet.WriteAsync(_folder);
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        _running.Clear();
        _folder.Dispose();
    }

    [Test]
    public async Task Node_that_is_killed_stops_nobody()
    {
        var port = FreePort.Next();
        var node = Own(await TestNode.StartAsync(port));
        node.State = RecordedAnswers.State("subnet");
        var settings = Settings(0);
        settings["BT_NETWORK"] = string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{port}");
        settings["METAGRAPH_SYNC_INTERVAL"] = "1";
        settings.Remove("METAGRAPH_FILE");
        var api = await StartAsync(settings);

        await using var load = Load.Start("Node killed", [api.Address], [Subnet.OrdinaryMiner], PerSecond);
        var before = await load.DuringAsync("before", Before);
        var during = await load.DuringAsync("while it is dead", async () =>
        {
            _running.Remove(node);
            await node.DisposeAsync();
            await Task.Delay(During);
        });
        var after = await load.DuringAsync("after it is back", async () =>
        {
            Own(await TestNode.StartAsync(port)).State = RecordedAnswers.State("subnet");
            await Task.Delay(After);
        });

        AssertAllGranted(before, during, after);
    }

    [Test]
    public async Task Redis_that_is_killed_and_comes_back_stops_nobody()
    {
        var redis = Own(await RedisServer.StartAsync());
        var apis = await StartAsync(redis.Url, instances: 2);

        await using var load = Load.Start("Redis killed", [.. apis.Select(api => api.Address)], _subnet.Miners, PerSecond);
        AssertAllGranted(await load.DuringAsync("before", Before));
        await AssertNobodyWaitsForRedisAsync(apis, load, "is dead", redis.KillAsync, redis.StartAgainAsync);
    }

    [Test]
    public async Task Redis_that_stalls_stops_nobody()
    {
        var redis = Own(await RedisServer.StartAsync());
        var proxy = Own(new StallingProxy(redis.Port));
        var apis = await StartAsync(RedisServer.UrlOf(proxy.Port), instances: 2);

        await using var load = Load.Start("Redis stalled", [.. apis.Select(api => api.Address)], _subnet.Miners, PerSecond);
        AssertAllGranted(await load.DuringAsync("before", Before));
        await AssertNobodyWaitsForRedisAsync(
            apis,
            load,
            "stalls",
            () =>
            {
                proxy.Stall();
                return Task.CompletedTask;
            },
            () =>
            {
                proxy.GoOn();
                return Task.CompletedTask;
            });
    }

    [Test]
    public async Task Password_of_redis_is_seen_nowhere()
    {
        var redis = Own(await RedisServer.StartAsync());
        var settings = Settings(0);

        // This Redis has no password, so it refuses one.
        settings["REDIS_URL"] = string.Create(CultureInfo.InvariantCulture, $"redis://:very-private@127.0.0.1:{redis.Port}");
        var api = await StartAsync(settings);
        var granted = await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner));

        Assert.That(granted.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(string.Join('\n', api.ReadLog().Select(entry => entry.Text)), Does.Not.Contain("very-private"));
        Assert.That((await api.Client.GetAsync("/healthcheck")).Text, Does.Not.Contain("very-private"));
    }

    [Test]
    public async Task Required_redis_that_is_away_is_told()
    {
        var redis = Own(await RedisServer.StartAsync());
        var settings = Settings(0);
        settings["REDIS_URL"] = redis.Url;
        settings["REDIS_REQUIRED"] = "true";
        var api = await StartAsync(settings);

        // On a busy machine, Redis may count as down for a moment.
        await Wait.UntilAsync(async () =>
            (await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner))).Status
                == HttpStatusCode.OK);
        await redis.KillAsync();

        var refused = await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner));

        Assert.That(((int)refused.Status, refused.Code, refused.RetryAfter), Is.EqualTo((503, "limits_unavailable", "5")));
        Assert.That(refused.Text, Does.Not.Contain("127.0.0.1").And.Not.Contain("edis"), "no internal host");
    }

    [Test]
    public async Task Object_store_that_stalls_or_is_killed_stops_no_miner()
    {
        var store = Own(new SilentStore());
        var settings = Settings(0);
        settings["S3_ENDPOINT"] = store.Endpoint;
        settings["LISTING_TIMEOUT"] = "2";
        var api = await StartAsync(settings);

        await using var load = Load.Start("Object store away", [api.Address], _subnet.Miners, PerSecond);
        var stalled = await load.DuringAsync("while it stalls and validators wait for it", async () =>
        {
            var validators = Enumerable.Range(0, 20).Select(_ => api.Client.PostAsync(
                ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey)));
            Assert.That((await Task.WhenAll(validators)).Select(answer => answer.Code), Has.All.EqualTo("storage_timeout"));
        });
        var killed = await load.DuringAsync("while it is dead", async () =>
        {
            _running.Remove(store);
            await store.DisposeAsync();
            await Task.Delay(During);
        });

        AssertAllGranted(stalled, killed);
    }

    [Test]
    public async Task Clock_that_is_stepped_stops_nobody()
    {
        if (FakeTime is not { } library)
        {
            Assert.Ignore("There is no libfaketime.");
            return;
        }

        var clock = Path.Combine(_folder.Path, "clock");
        AtomicFile.Write(clock, "+0");
        var settings = Settings(0);
        settings["LD_PRELOAD"] = library;
        settings["FAKETIME_TIMESTAMP_FILE"] = clock;
        settings["FAKETIME_NO_CACHE"] = "1";
        settings["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        settings["DONT_FAKE_MONOTONIC"] = "1";
        var api = await StartAsync(settings);

        await using var load = Load.Start("Clock stepped", [api.Address], _subnet.Miners, PerSecond);
        var phases = new List<Load.Phase> { await load.DuringAsync("before", Before) };
        foreach (var step in new[] { "+240", "-55", "+0" })
        {
            phases.Add(await load.DuringAsync($"the server's at {step} s", async () =>
            {
                AtomicFile.Write(clock, step);
                await Task.Delay(During);
            }));
        }

        AssertAllGranted([.. phases]);

        // Beyond the window the client is told whose clock says what.
        AtomicFile.Write(clock, "+400");
        var told = await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner));
        Assert.That(
            (told.Code, told.Detail.Contains("server's time is", StringComparison.Ordinal)), Is.EqualTo(("timestamp_expired", true)));
    }

    [Test]
    public async Task Full_disk_stops_nobody_and_is_told()
    {
        var disk = Own(await FullDisk.MakeAsync(_folder));
        var node = Own(await TestNode.StartAsync(0));
        node.State = RecordedAnswers.State("subnet");
        var settings = Settings(0);
        settings["BT_NETWORK"] = string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{node.Address.Port}");
        settings["METAGRAPH_SYNC_INTERVAL"] = "1";
        settings.Remove("METAGRAPH_FILE");
        settings["DATA_DIR"] = disk.DataFolder;
        settings["AUDIT_DIR"] = disk.AuditFolder;
        var api = await StartAsync(settings);

        await using var load = Load.Start("Disk full", [api.Address], [Subnet.OrdinaryMiner], PerSecond);
        var before = await load.DuringAsync("before", Before);
        Assert.That((bool?)(await api.Client.GetAsync("/healthcheck")).Json["audit_ok"], Is.True);
        await Wait.UntilAsync(() => Directory.GetFiles(disk.AuditFolder).Length > 0, "No record is written.");
        disk.Fill();
        var during = await load.DuringAsync($"while it is full ({disk.Kind})", async () =>
        {
            await Wait.UntilAsync(() => SaysAsync(api, "audit_ok", isOk: false), "audit_ok does not become false.");
            await Task.Delay(During);
        });
        var health = await api.Client.GetAsync("/healthcheck");
        var metrics = await api.Client.GetAsync("/metrics");
        disk.Empty();
        var after = await load.DuringAsync("after there is room", async () =>
        {
            await Wait.UntilAsync(() => SaysAsync(api, "audit_ok", isOk: true), "It does not write again.");
            await Task.Delay(After);
        });

        AssertAllGranted(before, during, after);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string?)health.Json["status"], (bool?)health.Json["audit_ok"]), Is.EqualTo(("degraded", false)));
            Assert.That(metrics.Text, Does.Match(@"s3auth_audit_lost_total\{[^}]*sink=""DailyFile""[^}]*\} [1-9]"));
            Assert.That(
                api.ReadLog().Count(entry => entry.Text.Contains("Cannot write audit records", StringComparison.Ordinal)),
                Is.EqualTo(1),
                "said once");
            Assert.That((bool?)(await api.Client.GetAsync("/healthcheck")).Json["audit_ok"], Is.True, "it writes again");
        }

        // The last line may not be complete yet.
        await Wait.UntilAsync(
            () => Directory.GetFiles(disk.AuditFolder).SelectMany(File.ReadLines).LastOrDefault() is ['{', .., '}'],
            "The last line is broken.");
    }

    [Test]
    public async Task Process_that_is_told_to_stop_loses_no_request_and_leaves_in_time()
    {
        var redis = Own(await RedisServer.StartAsync());
        var apis = await StartAsync(redis.Url, instances: 2, drainSeconds: 10);
        var ready = apis.Select(api => api.Address).ToArray();

        // A small load balancer: polls readiness, and sends requests to the ready instances.
        using var end = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var found = new List<Uri>();
                foreach (var api in apis)
                {
                    try
                    {
                        if ((await api.Client.GetAsync("/readyz")).Status == HttpStatusCode.OK)
                        {
                            found.Add(api.Address);
                        }
                    }
                    catch (HttpRequestException)
                    {
                        // It is gone.
                    }
                }

                Volatile.Write(ref ready, [.. found]);
                await Task.Delay(100);
            }
        });
        var turn = 0;
        await using var load = Load.Start(
            "SIGTERM",
            () => Volatile.Read(ref ready) is { Length: > 0 } some ? some[turn++ % some.Length] : null,
            _subnet.Miners,
            PerSecond * 3);
        var before = await load.DuringAsync("before", Before);
        var took = TimeSpan.Zero;
        var during = await load.DuringAsync("while one of two instances stops", async () =>
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await apis[0].StopAsync();
            took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        });
        var after = await load.DuringAsync("after it left", After);
        await end.CancelAsync();
        await watching;

        Figures.Print("SIGTERM", $"the process left {took.TotalSeconds:F1} s after it was told to, 10 s of them draining");
        AssertAllGranted(before, during, after);
        Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(30)));

        // On a busy machine, Redis may count as down for a moment.
        Assert.That(
            apis[0].ReadLog().Where(entry => entry.IsAboveInformation && !entry.IsAboutMissingStore
                && !entry.Text.Contains("(REDIS_URL) is down", StringComparison.Ordinal)),
            Is.Empty);

        // Every grant has an audit record, soon after its answer.
        int Audited() => apis.Sum(
            api =>
                api.ReadLog().Count(
                    entry => entry.Level == LogEntry.AuditLevel && entry.Text.Contains("\"granted\"", StringComparison.Ordinal)));
        var granted = before.Granted + during.Granted + after.Granted;
        await Wait.UntilAsync(() => Audited() >= granted, "Not every grant has a record.");
    }

    [Test]
    public async Task Only_process_answers_all_that_it_has_taken_before_it_leaves()
    {
        var api = await StartAsync(Settings(0));
        var load = Load.Start("SIGTERM of the only one", [api.Address], _subnet.Miners, PerSecond * 3);
        await using (load)
        {
            AssertAllGranted(await load.DuringAsync("before", Before));
            await load.DuringAsync("while it stops", api.StopAsync);
        }

        // A stopping process may refuse connections. But the grants that it gave have arrived. Their number is final only after the load
        // has ended.
        var answered = load.Granted;
        var granted = api.ReadLog().Count(
            entry => entry.Level == LogEntry.AuditLevel && entry.Text.Contains("\"granted\"", StringComparison.Ordinal));
        Assert.That(answered, Is.EqualTo(granted).And.Positive);
    }

    internal static string? FakeTime { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(
            folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    private static void AssertAllGranted(params Load.Phase[] phases)
    {
        foreach (var phase in phases)
        {
            Assert.That(
                (phase.Failures, phase.Asked > 0),
                Is.EqualTo((new Dictionary<string, int>(StringComparer.Ordinal), true)),
                phase.ToString());
        }
    }

    /// <summary>
    /// Asserts that no request waits for Redis while it is down, and that an outage is logged once. Repeats that if a request takes long or
    /// more is logged, which a busy machine can cause too. Requests may take long in one outage only, unless they also do after it.
    /// </summary>
    private static async Task AssertNobodyWaitsForRedisAsync(
        ApiProcess[] apis, Load load, string fault, Func<Task> fail, Func<Task> comeBack)
    {
        Load.Phase during;
        int[] added;
        var (attempts, slow) = (6, 0);
        do
        {
            await UntilAllSayAsync(isOk: true);
            var logged = apis.Select(CountLogged).ToArray();
            during = await load.DuringAsync($"while it {fault}", async () =>
            {
                await fail();
                await Task.Delay(During);
            });
            await UntilAllSayAsync(isOk: false);
            Assert.That((await apis[0].Client.GetAsync("/metrics")).Text, Does.Match(@"s3auth_redis_up\S* 0"));
            await Wait.UntilAsync(() => apis.Zip(logged).All(one => CountLogged(one.First) > one.Second), "The outage is not logged.");
            added = [.. apis.Zip(logged, (api, earlier) => CountLogged(api) - earlier)];

            var after = await load.DuringAsync("after that", async () =>
            {
                await comeBack();
                await UntilAllSayAsync(isOk: true);
                await Task.Delay(After);
            });
            AssertAllGranted(during, after);
            slow += during.Longest >= LongestWait && after.Longest < LongestWait ? 1 : 0;
        }
        while ((during.Longest >= LongestWait || added.Max() > 1) && slow < 2 && --attempts > 0);

        Assert.That(slow, Is.LessThan(2), "outages with long requests");
        Assert.That(during.Longest, Is.LessThan(LongestWait));
        Assert.That(added, Is.All.EqualTo(1), "logged once");

        async Task UntilAllSayAsync(bool isOk)
        {
            foreach (var api in apis)
            {
                await Wait.UntilAsync(() => SaysAsync(api, "redis_ok", isOk), $"redis_ok is not {isOk}.");
            }
        }

        static int CountLogged(ApiProcess api) =>
            api.ReadLog().Count(entry => entry.Text.Contains("(REDIS_URL) is down", StringComparison.Ordinal));
    }

    private static async Task<bool> SaysAsync(ApiProcess api, string member, bool isOk) =>
        (bool?)(await api.Client.GetAsync("/healthcheck")).Json[member] == isOk;

    private Dictionary<string, string> Settings(int instance) => new(
        ApiProcess.ProductionSettings(
            _metagraph,
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            _folder.Sub(string.Create(CultureInfo.InvariantCulture, $"data{instance}")),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen")),
        StringComparer.Ordinal)
    {
        ["PUBLIC_URL"] = "https://s3auth.example",
    };

    private async Task<ApiProcess> StartAsync(Dictionary<string, string> settings) => Own(await ApiProcess.StartAsync(settings));

    private async Task<ApiProcess[]> StartAsync(string redis, int instances, int drainSeconds = 0)
    {
        var apis = new List<ApiProcess>();
        for (var i = 0; i < instances; i++)
        {
            var settings = Settings(i);
            settings["REDIS_URL"] = redis;
            settings["DRAIN_SECONDS"] = drainSeconds.ToString(CultureInfo.InvariantCulture);
            apis.Add(await StartAsync(settings));
        }

        return [.. apis];
    }

    private T Own<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }
}
