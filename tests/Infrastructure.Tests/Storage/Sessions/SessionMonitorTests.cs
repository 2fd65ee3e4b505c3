namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>Tests of sessions, repeated over time.</summary>
public sealed class SessionMonitorTests
{
    [Test]
    public async Task First_test_is_at_the_start()
    {
        await using var monitor = await Monitored.StartAsync();

        await monitor.UntilLoggedAsync("Temporary credentials are issued", advances: false);

        Assert.That(
            (monitor.Findings.SessionProblem, monitor.Findings.Capabilities.SessionPolicies), Is.EqualTo(((string?)null, (bool?)true)));
    }

    [Test]
    public async Task Start_does_not_wait_for_an_STS_that_stalls()
    {
        using var gate = new SemaphoreSlim(0);
        await using var monitor = await Monitored.StartAsync(onIssue: gate.Wait).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.That(monitor.Findings.Capabilities.SessionPolicies, Is.Null);
        gate.Release(10);
    }

    [Test]
    public async Task Working_store_is_tested_every_hour()
    {
        await using var monitor = await Monitored.StartAsync();
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced, advances: false);

        await monitor.UntilAsync(() => monitor.Tests == 2);

        Assert.That(monitor.Elapsed, Is.InRange(SessionMonitor.Interval, SessionMonitor.Interval + TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Store_without_a_file_to_read_is_tested_sooner()
    {
        await using var monitor = await Monitored.StartAsync(store => store.Keys.Clear());
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced, advances: false);

        await monitor.UntilAsync(() => monitor.Tests == 2);

        Assert.That(
            monitor.Elapsed,
            Is.InRange(SessionMonitor.IncompleteInterval, SessionMonitor.IncompleteInterval + TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Problem_is_logged_once_and_its_end_is_found_soon()
    {
        await using var monitor = await Monitored.StartAsync(store => store.Allowed.Add("delete"));

        // So many that the time between two tests does not grow any more.
        await monitor.UntilAsync(() => monitor.Tests == 8);
        Assert.That((monitor.Findings.Capabilities.SessionPolicies, monitor.Log.Count(LogLevel.Error)), Is.EqualTo(((bool?)false, 1)));
        Assert.That(monitor.Findings.SessionProblem, Does.Contain("delete files"));
        var before = monitor.Elapsed;
        Assert.That(before, Is.LessThan(SessionMonitor.MaxRetry * 6));

        monitor.Store.Allowed.Remove("delete");
        await monitor.UntilLoggedAsync("Resolved: The server issues no temporary credentials");

        Assert.That(monitor.Elapsed - before, Is.LessThan(SessionMonitor.MaxRetry * 2));
        Assert.That(monitor.Guard.IsEnforced, Is.True);
        Assert.That(monitor.Findings.SessionProblem, Is.Null);
        Assert.That(monitor.Findings.Capabilities.SessionPolicies, Is.True);
    }

    [Test]
    public async Task Outage_after_a_good_test_changes_nothing_at_first_and_is_never_safe_in_the_end()
    {
        await using var monitor = await Monitored.StartAsync();
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced, advances: false);

        monitor.Source.OnIssue = _ => throw ScriptedSessions.Failure(SessionSourceException.Kind.Timeout);
        await monitor.UntilAsync(() => monitor.Tests >= 3);
        Assert.That((monitor.Findings.SessionProblem, monitor.Guard.IsEnforced), Is.EqualTo(((string?)null, true)));

        await monitor.UntilAsync(() => monitor.Findings.SessionProblem is not null);
        Assert.That(monitor.Elapsed, Is.GreaterThan(SessionGuard.MaxFindingAge));
        Assert.That(monitor.Findings.Capabilities.SessionPolicies, Is.Null);
    }

    [Test]
    public async Task Outage_at_the_start_is_a_problem_that_ends()
    {
        await using var monitor = await Monitored.StartAsync(
            onIssue: () => throw ScriptedSessions.Failure(SessionSourceException.Kind.Unavailable));
        await monitor.UntilAsync(() => monitor.Findings.SessionProblem is not null, advances: false);

        monitor.Source.OnIssue = _ => { };
        await monitor.UntilAsync(() => monitor.Findings.SessionProblem is null);

        Assert.That(monitor.Guard.IsEnforced, Is.True);
        Assert.That(monitor.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Failure_after_a_success_is_tested_again_soon()
    {
        await using var monitor = await Monitored.StartAsync(
            onIssue: () => throw ScriptedSessions.Failure(SessionSourceException.Kind.Unavailable));
        await monitor.UntilAsync(() => monitor.Tests == 6);
        monitor.Source.OnIssue = _ => { };
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced);

        var tests = monitor.Tests;
        monitor.Source.OnIssue = _ => throw ScriptedSessions.Failure(SessionSourceException.Kind.Unavailable);
        monitor.Guard.CheckSoon();
        await monitor.UntilAsync(() => monitor.Tests == tests + 1);
        var failure = monitor.Elapsed;
        await monitor.UntilAsync(() => monitor.Tests == tests + 2);

        Assert.That(monitor.Elapsed - failure, Is.LessThanOrEqualTo(SessionMonitor.Retry * 2));
    }

    [Test]
    public async Task Store_that_stalls_does_not_stall_the_tests()
    {
        using var gate = new SemaphoreSlim(0);
        await using var monitor = await Monitored.StartAsync(store =>
        {
            store.RequestTimeout = TimeSpan.FromMinutes(5);
            store.Instead = operation =>
            {
                if (operation == "delete")
                {
                    gate.Wait();
                }

                return null;
            };
        });
        await monitor.UntilAsync(() => monitor.Store.Asked.Contains("delete"), advances: false);

        monitor.Time.Advance(SessionMonitor.TestTimeout);
        await monitor.UntilAsync(() => monitor.Findings.SessionProblem is not null, advances: false);

        Assert.That(monitor.Findings.SessionProblem, Does.Contain("until the object store answers"));
        gate.Release(100);
    }

    [Test]
    public async Task New_keys_a_new_route_a_new_refusal_and_a_refused_session_are_tested_soon()
    {
        await using var monitor = await Monitored.StartAsync();
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced, advances: false);

        monitor.Keys.Replace(new SigningCredentials("AKIANEW", StubStore.Secret));
        await monitor.UntilAsync(() => monitor.Tests == 2);
        monitor.Guard.CheckSoon();
        await monitor.UntilAsync(() => monitor.Tests == 3);
        monitor.State.Update(findings => findings with { Refusal = "Refused." });
        await monitor.UntilAsync(() => monitor.Tests == 4);
        monitor.Endpoints.Keep(new StoreRoute(monitor.Store.Options, S3Addressing.Path));
        await monitor.UntilAsync(() => monitor.Tests == 5);

        Assert.That(monitor.Elapsed, Is.LessThan(TimeSpan.FromMinutes(10)));
    }

    [Test]
    public async Task Server_without_keys_tests_nothing()
    {
        await using var monitor = await Monitored.StartAsync(keys: new CredentialSource(null));

        monitor.Keys.Replace(StubStore.Keys);
        await monitor.UntilAsync(() => monitor.Guard.IsEnforced);

        Assert.That(monitor.Tests, Is.EqualTo(1));
    }

    [Test]
    public async Task Bug_in_a_test_is_logged_and_not_safe()
    {
        await using var monitor = await Monitored.StartAsync(onIssue: () => throw new InvalidOperationException("A bug."));

        await monitor.UntilAsync(() => monitor.Findings.SessionProblem is not null, advances: false);

        Assert.That(monitor.Findings.SessionProblem, Does.Contain("A test of temporary credentials failed"));
        Assert.That((monitor.Guard.IsEnforced, monitor.Log.Count(LogLevel.Warning)), Is.EqualTo((false, 1)));
    }

    private sealed class Monitored : IAsyncDisposable
    {
        private readonly ILoggerFactory _loggers;
        private readonly SessionMonitor _monitor;
        private readonly DateTimeOffset _start;
        private int _waits;

        private Monitored(LimitingStore store, CredentialSource keys)
        {
            (Store, Keys) = (store, keys);
            Guard = new SessionGuard(Time);
            _start = Time.GetUtcNow();
            _loggers = LoggerFactory.Create(logging => logging.AddProvider(Log));
            var options = store.Options;
            var sessions = new SessionIssuerOptions { Mode = SessionMode.Sts, MaxDuration = TimeSpan.FromMinutes(15) };
            var probe = new SessionProbe(options, sessions, Source, PutProbeTests.Layout, TimeProvider.System);
            Endpoints = new StoreEndpoints(options);
            _monitor = new SessionMonitor(
                options, Endpoints, probe, keys, Guard, State, Time, _loggers.CreateLogger<SessionMonitor>());
        }

        public LimitingStore Store { get; }

        public ScriptedSessions Source { get; } = new();

        public CredentialSource Keys { get; }

        public StoreEndpoints Endpoints { get; }

        public WaitCountingTime Time { get; } = new(TimeProvider.System.GetUtcNow());

        public SessionGuard Guard { get; }

        public StoreState State { get; } = new();

        public StoreFindings Findings => State.Current;

        public Log Log { get; } = new();

        public int Tests => Source.Issued.Count;

        public TimeSpan Elapsed => Time.GetUtcNow() - _start;

        public static async Task<Monitored> StartAsync(
            Action<LimitingStore>? change = null, Action? onIssue = null, CredentialSource? keys = null)
        {
            var store = await LimitingStore.StartAsync();
            change?.Invoke(store);
            var monitored = new Monitored(store, keys ?? new CredentialSource(StubStore.Keys));
            monitored.Source.OnIssue = _ => onIssue?.Invoke();
            await monitored._monitor.StartAsync(CancellationToken.None);
            return monitored;
        }

        /// <summary>Waits until the condition holds.</summary>
        public async Task UntilAsync(Func<bool> holds, bool advances = true)
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!holds())
            {
                // Only while the monitor waits, because a test that takes a moment must not take hours of this clock.
                if (advances && Time.Waits is var waits && waits > _waits)
                {
                    _waits = waits;
                    Time.Advance(SessionMonitor.Retry);
                }

                Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromMinutes(5)));
                await Task.Delay(advances ? 1 : 5);
            }
        }

        /// <summary>Waits for a log message, which comes after what it is about.</summary>
        public Task UntilLoggedAsync(string text, bool advances = true) =>
            UntilAsync(() => Log.Text.Contains(text, StringComparison.Ordinal), advances);

        public async ValueTask DisposeAsync()
        {
            await _monitor.StopAsync(CancellationToken.None);
            _monitor.Dispose();
            _loggers.Dispose();
            await Store.DisposeAsync();
        }
    }

    /// <summary>A clock that counts how often the monitor has begun to wait.</summary>
    private sealed class WaitCountingTime(DateTimeOffset now) : TestTime(now)
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == SessionMonitor.Retry)
            {
                Interlocked.Increment(ref _waits);
            }

            return timer;
        }
    }
}
