using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The metagraph as it follows a real node over a real connection, on a clock that the test turns.</summary>
// The tests wait more than they compute, so several run at once, each with a node and a clock of its own.
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.Children)]
internal sealed class MetagraphSynchroniserTests
{
    private static readonly AccountId Bob = Accounts.Bob;
    private static readonly AccountId Charlie = Accounts.Charlie;

    private readonly List<ServiceProvider> _running = [];

    private TestTime _time = null!;
    private TestNode _node = null!;
    private string _folder = null!;
    private Log _log = null!;

    [SetUp]
    public async Task SetUp()
    {
        _time = new TestTime(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));
        _node = await TestNode.StartAsync();
        (_node.Time, _node.State) = (_time, RecordedAnswers.State("subnet"));
        _folder = Directory.CreateTempSubdirectory("s3auth-chain-").FullName;
        _log = new Log();
    }

    [TearDown]
    public async Task TearDown()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var running in _running)
        {
            // Waits for the end of a save, so that it writes no file while the folder is deleted.
            await running.GetRequiredService<MetagraphSynchroniser>().StopAsync(patience.Token);
            await running.DisposeAsync();
        }

        await _node.DisposeAsync();
        _log.Dispose();
        _running.Clear();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Metagraph_is_read_at_the_start()
    {
        var metagraph = await StartAsync();

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current!.Count, Is.EqualTo(5));
            Assert.That(metagraph.Current.Block, Is.EqualTo(1000));
            Assert.That(metagraph.Current.Netuid, Is.EqualTo(46));
            Assert.That(metagraph.Network, Is.EqualTo("Test Chain"));
            Assert.That(metagraph.Describe().Warnings, Is.Empty);
            Assert.That(metagraph.Describe() with { Warnings = [] }, Is.EqualTo(new MetagraphState(
                Synchronised: true, 1000, 5, _time.GetUtcNow(), TimeSpan.Zero, $"ws://{_node.Address.Authority}", LastError: null)
                {
                    BlockTime = _time.GetUtcNow(),
                    SpecVersion = 343,
                }));
        });
    }

    [Test]
    public async Task Metagraph_is_read_again_once_in_every_interval_with_jitter()
    {
        var metagraph = await StartAsync();
        var moments = new List<int>();
        for (var second = 1; second <= 400; second++)
        {
            var before = _node.StateCalls;
            _node.Block++;
            await TickAsync();
            if (_node.StateCalls > before)
            {
                moments.Add(second);
            }
        }

        var pauses = moments.Zip(moments.Prepend(0), (later, earlier) => later - earlier).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(pauses, Has.All.InRange(53, 68), "nine to eleven tenths of a minute");
            Assert.That(pauses.Distinct().Count(), Is.GreaterThan(1), "jitter");
            Assert.That(metagraph.Current!.Block, Is.GreaterThan(1300));
            Assert.That(_log.Count(LogLevel.Warning), Is.Zero);
            Assert.That(_log.Count(LogLevel.Information), Is.EqualTo(2), "what is usual is not logged every minute");
        });
    }

    [Test]
    public async Task Registration_and_coldkey_swap_take_effect_with_the_next_sync()
    {
        var metagraph = await StartAsync();
        Assert.That(metagraph.Current!.Find(Charlie), Is.Null);

        _node.State = RecordedAnswers.State("after-registration");
        await TickUntilAsync(() => metagraph.Current!.Find(Charlie) is not null);

        using var swapped = KeyPair.FromUri("//Bob//new-cold");
        _node.State = RecordedAnswers.State("after-coldkey-swap");
        await TickUntilAsync(() => metagraph.Current!.Find(Bob)!.Coldkey == swapped.AccountId);
        Assert.That(metagraph.Current!.Find(Charlie), Is.Null, "it left");
    }

    [Test]
    public async Task Failed_sync_keeps_the_last_snapshot_and_reports_the_reason_until_one_succeeds()
    {
        var metagraph = await StartAsync();
        var held = metagraph.Current;

        _node.Misbehaviour = Misbehaviour.Error;
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);
        await TickAsync(120);
        var failed = metagraph.Describe();
        var warnings = _log.Count(LogLevel.Warning);

        _node.Misbehaviour = Misbehaviour.None;
        await TickUntilAsync(() => metagraph.Describe().LastError is null);

        Assert.Multiple(() =>
        {
            Assert.That(held, Is.Not.Null);
            Assert.That(failed.Block, Is.EqualTo(1000));
            Assert.That(failed.Endpoint, Is.Null, "none answers");
            Assert.That(failed.LastError, Does.Contain("with error -32000").And.Not.Contains("secret"));
            Assert.That(warnings, Is.EqualTo(1), "once, not at every attempt");
            Assert.That(_log.Text, Does.Contain("secret of the node "), "the operator sees what the node said, in one line");
            Assert.That(metagraph.Current!.ReadAt, Is.GreaterThan(held!.ReadAt));
            Assert.That(metagraph.Describe().Endpoint, Is.Not.Null);
        });
    }

    [Test]
    public async Task Key_in_the_address_is_not_logged_when_the_node_repeats_it()
    {
        _node.Misbehaviour = Misbehaviour.Error;
        _node.ErrorText = "no credit left for very-private";
        var metagraph = await StartAsync(wait: false, address: $"{_node.Address}?apikey=very-private");

        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(_log.Text, Does.Contain("no credit left for …").And.Not.Contain("private"));
    }

    [Test]
    public async Task Snapshot_is_used_until_it_is_stale_and_again_when_a_node_answers()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10));
        _node.Misbehaviour = Misbehaviour.Close;

        await TickAsync(600, step: 5);
        Assert.That(metagraph.Current, Is.Not.Null, "exactly as old as allowed");
        Assert.That(metagraph.Describe().Age, Is.EqualTo(TimeSpan.FromMinutes(10)));

        await TickAsync(1);
        Assert.That(metagraph.Current, Is.Null);
        Assert.That(metagraph.Describe(), Has.Property("Block").EqualTo(1000).And.Property("Age").EqualTo(TimeSpan.FromSeconds(601)));

        await TickAsync(60);
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(1), "logged once");

        (_node.Misbehaviour, _node.Block) = (Misbehaviour.None, 1050);
        await TickUntilAsync(() => metagraph.Current is not null);

        _node.Misbehaviour = Misbehaviour.Close;
        await TickUntilAsync(() => metagraph.Current is null, step: 5);
        await TickAsync(60, step: 5);
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(2), "logged again");
    }

    [Test]
    public async Task Interval_beyond_half_of_the_staleness_is_shortened()
    {
        _node.BlocksMove = true;
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromSeconds(40));

        for (var second = 0; second < 120; second++)
        {
            await TickAsync();
            Assert.That(metagraph.Current, Is.Not.Null, $"second {second}");
        }
    }

    [Test]
    public async Task Older_block_never_replaces_a_newer_one()
    {
        var metagraph = await StartAsync();
        (_node.Block, _node.State) = (999, RecordedAnswers.State("after-registration"));

        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
            Assert.That(metagraph.Current.Find(Charlie), Is.Null);
            Assert.That(metagraph.Describe().LastError, Does.Contain("is at block 999").And.Contain("of block 1000"));
        });
    }

    [Test]
    public async Task Older_block_replaces_a_stale_snapshot()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10));
        _node.Block = 7;

        for (var second = 0; second < 600; second += 5)
        {
            _node.Block++;
            await TickAsync(5, step: 5);
        }

        Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1), "once, not at every attempt");

        await TickUntilAsync(() => metagraph.Current is { Block: < 1000 });
        Assert.That(metagraph.Describe().LastError, Is.Null);
    }

    [Test]
    public async Task Same_block_is_accepted_for_some_minutes_but_its_age_grows()
    {
        var metagraph = await StartAsync();
        await TickAsync(300, step: 2);

        Assert.That(metagraph.Describe().LastError, Is.Null);
        Assert.That(metagraph.Describe().Age, Is.EqualTo(TimeSpan.FromSeconds(300)));
    }

    [Test]
    public async Task Stalled_node_does_not_renew_the_snapshot()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10));
        await TickUntilAsync(() => metagraph.Describe().LastError is not null, step: 5);
        Assert.That(metagraph.Describe().LastError, Does.Contain("block 1000").And.Contain("stalled"));
        Assert.That(metagraph.Current, Is.Not.Null);

        await TickAsync(500, step: 5);
        Assert.That(metagraph.Current, Is.Null);
        await TickAsync(600, step: 5);
        Assert.That(metagraph.Current, Is.Null, "also once it is too old");

        _node.Block++;
        await TickUntilAsync(() => metagraph.Current is { Block: 1001 });
    }

    [Test]
    public async Task Another_chain_at_the_same_address_is_refused_while_the_snapshot_is_fresh()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(3));
        (_node.Chain, _node.Block) = ("Other Chain", 5000);

        await TickUntilAsync(() => metagraph.Describe().LastError is not null);
        Assert.That(
            metagraph.Describe().LastError,
            Does.Contain(
                $"follows the chain 'Other Chain' (genesis {_node.Genesis[..10]}…), but the current metagraph "
                    + "is of 'Test Chain' (genesis"));
        Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));

        _node.BlocksMove = true;
        await TickUntilAsync(() => metagraph.Current is { Block: > 5000 }, step: 2);
    }

    [Test]
    public async Task Another_chain_than_that_of_the_saved_snapshot_is_refused()
    {
        await LeaveSnapshotAsync();
        (_node.Chain, _node.Block) = ("Other Chain", 5000);

        var metagraph = await StartAsync(wait: false);
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
        Assert.That(metagraph.Describe().LastError, Does.Contain("remove metagraph-snapshot.json and restart"));
    }

    [Test]
    public async Task Upgrade_of_the_runtime_is_followed_by_its_metadata()
    {
        var metagraph = await StartAsync();
        var runtime = RecordedRuntimes.All.Values.First(one => one.Neurons is { Count: > 0 } && one.Unknown.Count > 0);

        _node.Upgrade(new TestRuntime(runtime.SpecVersion, runtime.MetadataBytes, MetadataV14: null, runtime.AnswerBytes));
        await TickUntilAsync(() => metagraph.Current is { Block: > 1000 });

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Describe().LastError, Is.Null);
            Assert.That(metagraph.Describe().SpecVersion, Is.EqualTo(runtime.SpecVersion));
            Assert.That(metagraph.Current!.Find(AccountId.Parse(runtime.Neurons![0].Hotkey)), Is.Not.Null);
            Assert.That(metagraph.Describe().Warnings.Single(), Does.Contain("does not know and ignores: " + runtime.Unknown[0]));
            Assert.That(_log.Text, Does.Contain("does not know and ignores: " + runtime.Unknown[0]));
        });

        var metadataCalls = _node.Calls("Metadata_metadata_at_version");
        _node.Block += 10;
        await TickUntilAsync(() => metagraph.Current is { Block: > 1005 });
        Assert.That(_node.Calls("Metadata_metadata_at_version"), Is.EqualTo(metadataCalls), "the metadata is loaded once per runtime");

        var warnings = _log.Count(LogLevel.Warning);
        await StopAsync(metagraph);
        await StartAsync();
        Assert.That(_node.Calls("Metadata_metadata_at_version"), Is.EqualTo(metadataCalls), "also after a restart");
        Assert.That(warnings, Is.EqualTo(1), "logged once");
    }

    [Test]
    public async Task Field_that_an_upgrade_removes_is_named_at_once_while_the_last_snapshot_stays_in_use()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10));
        var runtime = RecordedRuntimes.Unreadable.First(one => one.Error!.Contains("validator_permit", StringComparison.Ordinal));

        _node.Upgrade(new TestRuntime(runtime.SpecVersion, runtime.MetadataBytes, MetadataV14: null, runtime.AnswerBytes));
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.Multiple(() =>
        {
            Assert.That(
                metagraph.Describe().LastError, Does.StartWith($"Runtime {runtime.SpecVersion} has").And.Contain("`validator_permit`"));
            Assert.That(_log.Text, Does.Contain("`validator_permit`"));
            Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
        });
    }

    [Test]
    public async Task Node_that_is_days_behind_is_not_believed_at_a_fresh_start()
    {
        _node.BlockTime = block => _time.GetUtcNow().AddDays(-20).AddSeconds(block);
        var metagraph = await StartAsync(wait: false);
        for (var i = 0; i < 20; i++)
        {
            _node.Block += 50;
            await TickAsync(5, step: 5);
        }

        Assert.That(metagraph.Current, Is.Null);
        Assert.That(metagraph.Describe().LastError, Does.Contain("20 days old").And.Contain("The node is not synchronised"));
    }

    [Test]
    public async Task Block_from_the_future_is_not_believed()
    {
        _node.BlockTime = _ => _time.GetUtcNow().AddYears(1);
        var metagraph = await StartAsync(wait: false);
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current, Is.Null);
        Assert.That(metagraph.Describe().LastError, Does.Contain("ahead of this server's clock"));
    }

    [Test]
    public async Task Node_without_a_block_time_is_not_believed()
    {
        (_node.Misbehaviour, _node.MisbehavesIn) = (Misbehaviour.Null, "state_getStorage");
        var metagraph = await StartAsync(wait: false);
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current, Is.Null);
        Assert.That(metagraph.Describe().LastError, Does.Contain("has no valid time (Timestamp.Now) of block 1000"));
    }

    [Test]
    public async Task Lagging_node_is_used_only_while_no_other_node_has_a_newer_block()
    {
        await using var next = await TestNode.StartAsync();
        (next.Time, next.State, next.Block) = (_time, RecordedAnswers.State("after-registration"), 1100);
        _node.BlockTime = _ => _time.GetUtcNow().AddMinutes(-20);

        var metagraph = await StartAsync(address: $"{_node.Address},{next.Address}");
        Assert.That(metagraph.Current!.Block, Is.EqualTo(1100));
        Assert.That(metagraph.Describe().Warnings.Single(), Does.Contain("is at block 1000, which is 20 min old. The node lags behind"));
    }

    [Test]
    public async Task Lagging_node_that_is_the_only_one_is_used_within_the_staleness()
    {
        _node.BlockTime = _ => _time.GetUtcNow().AddMinutes(-20);

        var metagraph = await StartAsync(wait: false);
        await TickUntilAsync(() => metagraph.Current is not null);

        Assert.That(metagraph.Describe().Age, Is.GreaterThanOrEqualTo(TimeSpan.FromMinutes(20)));
        Assert.That(metagraph.Describe().LastError, Does.Match("which is 2[01] min old. The node lags behind"));
        Assert.That(metagraph.Describe().Warnings, Is.Empty, "the problem is not told twice");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(_folder, "metagraph-snapshot.json")));
    }

    [TestCase(1000UL, 1100UL)]
    [TestCase(1100UL, 1000UL)]
    public async Task Newest_of_several_lagging_nodes_is_used(ulong first, ulong second)
    {
        await using var next = await TestNode.StartAsync();
        (next.Time, next.State, _node.Block, next.Block) = (_time, RecordedAnswers.State("subnet"), first, second);
        _node.BlockTime = next.BlockTime = _ => _time.GetUtcNow().AddMinutes(-20);

        var metagraph = await StartAsync(wait: false, address: $"{_node.Address},{next.Address}");
        await TickUntilAsync(() => metagraph.Current is not null);

        Assert.That(metagraph.Current!.Block, Is.EqualTo(1100));
    }

    [Test]
    public async Task Chain_with_the_same_name_but_another_genesis_is_another_chain()
    {
        var metagraph = await StartAsync();
        (_node.Genesis, _node.Block) = ("0x" + new string('7', 64), 5000);

        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
        Assert.That(metagraph.Describe().LastError, Does.Contain("follows the chain 'Test Chain' (genesis 0x77777777…)"));
    }

    [Test]
    public async Task Finality_that_stops_gives_a_warning_long_before_the_staleness()
    {
        var metagraph = await StartAsync();
        for (var second = 0; second < 240; second += 12)
        {
            _node.BestBlock = (_node.BestBlock ?? 1002) + 1;
            await TickAsync(12, step: 6);
        }

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current, Is.Not.Null);
            Assert.That(metagraph.Describe().Warnings[0], Does.StartWith("The chain's finalized block is"));
            Assert.That(_log.Text, Does.Contain("The chain's finalized block is"));
            Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1), "logged once");
        });
    }

    [Test]
    public async Task Head_behind_the_best_block_goes_on_while_finality_stops()
    {
        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10), head: new MetagraphHead(2));
        var start = _time.GetUtcNow();
        _node.BlockTime = block => start.AddSeconds(12 * ((double)block - 1000));
        for (var second = 0; second < 1200; second += 12)
        {
            _node.BestBlock = (_node.BestBlock ?? 1002) + 1;
            await TickAsync(12, step: 12);
        }

        Assert.That(metagraph.Current!.Block, Is.GreaterThan(1090));
        Assert.That(metagraph.Describe().Warnings.Single(), Does.StartWith("The chain's finalized block is"));
    }

    [Test]
    public async Task Missing_subnet_is_reported()
    {
        _node.Netuid = 45;
        var metagraph = await StartAsync(wait: false);

        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current, Is.Null);
        Assert.That(metagraph.Describe().LastError, Is.EqualTo("The chain has no subnet 46."));
    }

    [Test]
    public async Task Node_that_is_down_at_the_start_is_read_when_it_is_up()
    {
        // A port that stays reserved.
        var port = FreePort.Next();
        var metagraph = await StartAsync(wait: false, address: FormattableString.Invariant($"ws://127.0.0.1:{port}"));
        await TickAsync(100);
        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current, Is.Null);
            Assert.That(metagraph.Network, Is.EqualTo("custom"));
            Assert.That(metagraph.Describe().LastError, Does.EndWith("cannot be reached: connection refused."));
        });

        await _node.DisposeAsync();
        _node = await TestNode.StartAsync(port);
        (_node.Time, _node.State) = (_time, RecordedAnswers.State("subnet"));
        await TickUntilAsync(() => metagraph.Current is not null);
    }

    [Test]
    public async Task Hung_node_does_not_block_readers_of_the_snapshot()
    {
        var metagraph = await StartAsync();
        _node.Misbehaviour = Misbehaviour.Hang;
        await _time.AdvanceUntilAsync(() => _node.Waiting > 0, TimeSpan.FromSeconds(1), atMost: TimeSpan.FromMinutes(2));

        Assert.That(metagraph.Current, Is.Not.Null);
        Assert.That(_node.Waiting, Is.EqualTo(1), "the node has not answered");

        await TickUntilAsync(() => metagraph.Describe().LastError is not null, settle: false);
        Assert.That(metagraph.Describe().LastError, Does.EndWith("did not answer system_chain within 15 s."));
    }

    [Test]
    public async Task RefreshSoon_syncs_one_block_after_the_last_sync()
    {
        var metagraph = await StartAsync();
        _node.State = RecordedAnswers.State("after-registration");

        metagraph.RefreshSoon();
        await TickAsync(11);
        Assert.That(_node.StateCalls, Is.EqualTo(1));
        Assert.That(metagraph.Current!.Find(Charlie), Is.Null);

        await TickAsync(2);
        await Wait.UntilAsync(() => metagraph.Current!.Find(Charlie) is not null);
        Assert.That(_node.StateCalls, Is.EqualTo(2));

        await TickAsync(30);
        Assert.That(_node.StateCalls, Is.EqualTo(2), "one request, one sync");
        metagraph.RefreshSoon();
        await Wait.UntilAsync(() => _node.StateCalls == 3, "at once when a block's time has passed");
    }

    [Test]
    public async Task RefreshSoon_waits_one_block_from_the_end_of_a_sync()
    {
        _node.Delay = TimeSpan.FromSeconds(3);
        var metagraph = await StartAsync(wait: false);
        await TickAsync(settle: false);
        await Wait.UntilAsync(() => _node.Waiting > 0);

        // Longer than a block; with the tick, shorter than the timeout of a call.
        _time.Advance(TimeSpan.FromSeconds(13));
        _node.Delay = TimeSpan.Zero;

        // A sync ends when its snapshot is on disk.
        await Wait.UntilAsync(() => metagraph.Current is not null && File.Exists(Path.Combine(_folder, "metagraph-snapshot.json")));
        await SettleAsync();

        metagraph.RefreshSoon();
        await TickAsync(11);
        Assert.That(_node.StateCalls, Is.EqualTo(1));
        await TickAsync(2);
        await Wait.UntilAsync(() => _node.StateCalls == 2);
    }

    [Test]
    public async Task RefreshSoon_syncs_at_most_once_per_block()
    {
        var metagraph = await StartAsync();
        for (var second = 0; second < 120; second++)
        {
            for (var i = 0; i < 100; i++)
            {
                metagraph.RefreshSoon();
            }

            await TickAsync();
        }

        Assert.That(_node.StateCalls, Is.InRange(9, 11), "120 s of blocks of 12 s, and the start");
    }

    [Test]
    public async Task RefreshSoon_does_not_shorten_the_back_off()
    {
        var metagraph = await StartAsync();
        _node.Misbehaviour = Misbehaviour.Error;
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);
        await TickAsync(60);
        var before = _node.Calls("system_chain");

        for (var second = 0; second < 120; second++)
        {
            metagraph.RefreshSoon();
            await TickAsync();
        }

        Assert.That(_node.Calls("system_chain") - before, Is.InRange(1, 9), "every 15 to 30 s");
    }

    [Test]
    public async Task Start_while_no_node_answers_uses_the_saved_snapshot()
    {
        await LeaveSnapshotAsync(TimeSpan.FromMinutes(10));
        var readAt = _time.GetUtcNow();
        _node.Misbehaviour = Misbehaviour.RefuseUpgrade;
        _time.Advance(TimeSpan.FromMinutes(9));

        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10), wait: false);

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Current!.Find(Bob), Is.Not.Null, "from the first request on");
            Assert.That(metagraph.Current!.ReadAt, Is.EqualTo(readAt));
            Assert.That(metagraph.Network, Is.EqualTo("Test Chain"));
            Assert.That(metagraph.Describe().Age, Is.EqualTo(TimeSpan.FromMinutes(9)));
        });

        await TickAsync(61);
        Assert.That(metagraph.Current, Is.Null, "its age counts from when it was read, not from the start");
    }

    [TestCase(601, TestName = "too old")]
    [TestCase(-61, TestName = "from the future")]
    public async Task Saved_snapshot_that_is_too_old_or_from_the_future_is_not_used(int age)
    {
        await LeaveSnapshotAsync();
        _node.Misbehaviour = Misbehaviour.RefuseUpgrade;
        _time = new TestTime(_time.GetUtcNow().AddSeconds(age));

        var metagraph = await StartAsync(maxStaleness: TimeSpan.FromMinutes(10), wait: false);

        Assert.That(metagraph.Current, Is.Null);
        Assert.That(_log.Text, Does.Contain("is not used"));
    }

    [Test]
    public async Task Saved_snapshot_is_used_after_the_clock_was_set_back_by_a_minute()
    {
        await LeaveSnapshotAsync();
        _node.Misbehaviour = Misbehaviour.RefuseUpgrade;
        _time = new TestTime(_time.GetUtcNow().AddSeconds(-60));

        var metagraph = await StartAsync(wait: false);

        Assert.That(metagraph.Describe() is { Block: 1000, Age.TotalSeconds: 0 });
    }

    [Test]
    public async Task Saved_snapshot_is_not_replaced_by_an_older_block()
    {
        await LeaveSnapshotAsync();
        _node.Block = 900;

        var metagraph = await StartAsync(wait: false);
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        Assert.That(metagraph.Current!.Block, Is.EqualTo(1000));
        Assert.That(metagraph.Describe().LastError, Does.Contain("remove metagraph-snapshot.json and restart"));
    }

    [Test]
    public async Task Broken_file_is_logged_and_the_chain_is_read()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "metagraph-snapshot.json"), "{");

        var metagraph = await StartAsync();

        Assert.That(metagraph.Current, Is.Not.Null);
        Assert.That(_log.Text, Does.Contain("metagraph-snapshot.json is not used"));
    }

    [TestCase("no folder", TestName = "where no folder can be made")]
    [TestCase("no file", TestName = "where no file can be put in place")]
    public async Task Write_failure_is_logged_once_and_the_chain_is_read(string obstacle)
    {
        var folder = Path.Combine(_folder, "data");
        if (obstacle == "no folder")
        {
            await File.WriteAllTextAsync(folder, "in the way");
        }
        else
        {
            Directory.CreateDirectory(Path.Combine(folder, "metagraph-snapshot.json"));
        }

        var metagraph = await StartAsync(folder: folder);
        await TickAsync(200);

        Assert.That(metagraph.Current!.ReadAt, Is.GreaterThan(_time.GetUtcNow().AddSeconds(-70)));
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1));
    }

    [Test]
    public async Task Service_survives_any_answer_of_a_node()
    {
        var metagraph = await StartAsync(wait: false);
        _node.RedirectsTo = _node.Address;
        Misbehaviour[] excluded = [Misbehaviour.None, Misbehaviour.Hang, Misbehaviour.HangInUpgrade, Misbehaviour.TooLarge];
        foreach (var misbehaviour in Enum.GetValues<Misbehaviour>().Except(excluded))
        {
            _node.Misbehaviour = misbehaviour;
            await TickAsync(32, step: 8);
        }

        _node.Misbehaviour = Misbehaviour.None;
        foreach (var answer in RecordedAnswers.All.Values.Where(answer => answer.Error is not null))
        {
            _node.State = answer.Bytes;
            await TickAsync(32, step: 8);
            Assert.That(metagraph.Current is null || metagraph.Current.Count == 5, answer.Name);
        }

        // Whether its first answer was still a good one is a matter of luck; by now it would be of a node that stands still.
        (_node.State, _node.Block) = (RecordedAnswers.State("subnet"), 1001);
        await TickUntilAsync(() => metagraph.Current is not null && metagraph.Describe().LastError is null);
        Assert.That(metagraph.ExecuteTask!.IsCompleted, Is.False);
    }

    [Test]
    [NonParallelizable] // The listener receives the measurements of all metagraphs in the process.
    public async Task Metrics_have_duration_age_block_neurons_and_failures_by_reason()
    {
        var seen = new List<(string Instrument, double Value, string? Label)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Note(instrument, value, labels));
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Note(instrument, value, labels));
        listener.Start();
        var metagraph = await StartAsync();
        _node.Misbehaviour = Misbehaviour.Error;
        await TickUntilAsync(() => metagraph.Describe().LastError is not null);

        // It is counted after the problem is set.
        await Wait.UntilAsync(() => Saw("s3auth.metagraph.sync.duration", "outcome=failed"));
        listener.RecordObservableInstruments();

        lock (seen)
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    seen,
                    Has.Some.Matches<(string, double, string?)>(one => one is ("s3auth.metagraph.sync.duration", >= 0, "outcome=ok")));
                Assert.That(
                    seen,
                    Has.Some.Matches<(string, double, string?)>(one => one is ("s3auth.metagraph.sync.duration", >= 0, "outcome=failed")));
                Assert.That(seen, Has.Some.EqualTo(("s3auth.metagraph.node.failures", 1.0, "reason=node_error")));
                Assert.That(seen, Has.Some.EqualTo(("s3auth.metagraph.block", 1000.0, (string?)null)));
                Assert.That(seen, Has.Some.EqualTo(("s3auth.metagraph.neurons", 5.0, (string?)null)));
                Assert.That(
                    seen,
                    Has.Some.Matches<(string, double, string?)>(one => one is ("s3auth.metagraph.age", >= 50 and < 75, null)));
            }
        }

        bool Saw(string instrument, string label)
        {
            lock (seen)
            {
                return seen.Exists(one => one.Instrument == instrument && one.Label == label);
            }
        }

        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            // Other tests' meters have the same name.
            if (instrument.Meter.Name == "S3Auth.Chain" && instrument.Meter.Scope == Meters())
            {
                var label = labels.Length == 0 ? null : $"{labels[0].Key}={labels[0].Value}";
                lock (seen)
                {
                    seen.Add((instrument.Name, Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture), label));
                }
            }
        }

        object? Meters() => _running.Single().GetRequiredService<IMeterFactory>();
    }

    private async Task<MetagraphSynchroniser> StartAsync(
        TimeSpan? maxStaleness = null,
        bool wait = true,
        string? folder = null,
        string? address = null,
        MetagraphHead head = default)
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddLogging(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Trace))
            .AddChainMetagraph(
                TestChain.Options(address ?? _node.Address.ToString(), folder ?? _folder, maxStaleness: maxStaleness, head: head))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        _running.Add(services);
        var metagraph = services.GetRequiredService<MetagraphSynchroniser>();
        await metagraph.StartAsync(CancellationToken.None);
        if (wait)
        {
            await Wait.UntilAsync(() => metagraph.Describe() is { Endpoint: not null });
            await SettleAsync();
        }

        return metagraph;
    }

    /// <summary>Reads the chain and stops, which leaves the file with the snapshot.</summary>
    private async Task LeaveSnapshotAsync(TimeSpan? maxStaleness = null)
    {
        var metagraph = await StartAsync(maxStaleness);

        // The snapshot is in use before it is saved.
        await Wait.UntilAsync(() => File.Exists(Path.Combine(_folder, "metagraph-snapshot.json")));
        await StopAsync(metagraph);
    }

    private async Task StopAsync(MetagraphSynchroniser metagraph)
    {
        await metagraph.StopAsync(CancellationToken.None);
        await _running.Single().DisposeAsync();
        _running.Clear();
    }

    /// <summary>Lets seconds pass, each step of them with what it sets off.</summary>
    private async Task TickAsync(int seconds = 1, bool settle = true, int step = 1)
    {
        for (var second = 0; second < seconds; second += step)
        {
            _time.Advance(TimeSpan.FromSeconds(step));
            if (settle)
            {
                await SettleAsync();
            }
            else
            {
                await Task.Delay(10);
            }
        }
    }

    /// <summary>Advances the time, one step after another, until the condition holds. A busy machine takes more steps.</summary>
    private async Task TickUntilAsync(Func<bool> done, bool settle = true, int step = 1)
    {
        if (settle)
        {
            // The condition may hold before the sync that it is about has ended.
            await SettleAsync();
        }

        await Wait.UntilAsync(
            async () =>
            {
                if (!done())
                {
                    await TickAsync(step, settle, step);
                }

                return done();
            },
            timeout: TimeSpan.FromMinutes(3));
    }

    // Waits until the service waits for a timer and no call to the node is in flight. Gives up after some seconds if the node misbehaves,
    // because a call without an answer ends only when the test advances the time.
    private async Task SettleAsync()
    {
        var most = _node.Misbehaviour == Misbehaviour.None ? 30_000 : 5000;
        for (var i = 0; i < most && !(_time.HasWaitingTask && _node.Waiting == 0); i++)
        {
            await Task.Delay(1);
        }
    }
}
