using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Storage.Credentials;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CredentialRefresherTests
{
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CredentialSource _source = new();
    private readonly Provider _provider = new();
    private readonly CredentialRefresher _refresher;

    public CredentialRefresherTests() =>
        _refresher = new CredentialRefresher(_provider, _source, _time, NullLogger<CredentialRefresher>.Instance);

    [TearDown]
    public async Task TearDown()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _refresher.StopAsync(patience.Token);
        _refresher.Dispose();
    }

    [Test]
    public async Task Credentials_are_loaded_when_the_start_returns()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null));

        await _refresher.StartAsync(CancellationToken.None);

        Assert.That(_source.Current?.AccessKey, Is.EqualTo("first"));
    }

    [Test]
    public async Task Start_does_not_wait_for_a_provider_that_hangs()
    {
        _provider.Next = async cancellation =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Keys("never", ends: null);
        };

        var start = _refresher.StartAsync(CancellationToken.None);
        await _provider.CalledAsync(1);
        Assert.That(start.IsCompleted, Is.False);
        _time.Advance(FirstAttempt.StartTimeout);

        await start.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(_source.Current, Is.Null);
    }

    [Test]
    public async Task Credentials_are_renewed_long_before_they_end()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(20)));
        await _refresher.StartAsync(CancellationToken.None);
        _provider.Next = _ => Task.FromResult(Keys("second", _time.GetUtcNow().AddHours(6)));

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(10));

        await Wait.UntilAsync(() => _source.Current?.AccessKey is "second");
    }

    [Test]
    public async Task Temporary_credentials_are_renewed_at_least_every_15_minutes()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddHours(12)));
        await _refresher.StartAsync(CancellationToken.None);

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(15));
    }

    [Test]
    public async Task Lasting_credentials_are_loaded_again()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null));
        await _refresher.StartAsync(CancellationToken.None);

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Current_credentials_stay_in_use_until_a_renewal_succeeds()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddHours(1)));
        await _refresher.StartAsync(CancellationToken.None);

        _provider.Next = _ => throw new IOException("the provider is down");
        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(15));
        Assert.That(_source.Current?.AccessKey, Is.EqualTo("first"));

        _provider.Next = _ => Task.FromResult(Keys("second", _time.GetUtcNow().AddHours(1)));
        await AdvanceUntilCalledAsync(3, TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => _source.Current?.AccessKey is "second");
    }

    [Test]
    public async Task Attempt_that_hangs_times_out_and_is_repeated()
    {
        // The provider ignores its cancellation.
        _provider.Next = _ => new TaskCompletionSource<SigningCredentials>().Task;
        var start = _refresher.StartAsync(CancellationToken.None);
        await _provider.CalledAsync(1);

        _provider.Next = _ => Task.FromResult(Keys("second", ends: null));
        _time.Advance(CredentialRefresher.AttemptTimeout);
        await start;
        await AdvanceUntilCalledAsync(2, CredentialRefresher.Retry);

        await Wait.UntilAsync(() => _source.Current?.AccessKey is "second");
    }

    [Test]
    public async Task Unchanged_credentials_keep_their_derived_key()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null));
        await _refresher.StartAsync(CancellationToken.None);
        var before = _source.Current;

        await AdvanceUntilCalledAsync(3, TimeSpan.FromMinutes(2));

        Assert.That(_source.Current, Is.SameAs(before));
    }

    [Test]
    public async Task Changed_secret_replaces_the_credentials_even_under_the_same_access_key()
    {
        _provider.Next = _ => Task.FromResult(new SigningCredentials("same", "one"));
        await _refresher.StartAsync(CancellationToken.None);
        var before = _source.Current;

        _provider.Next = _ => Task.FromResult(new SigningCredentials("same", "two"));
        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(1));

        await Wait.UntilAsync(() => !ReferenceEquals(_source.Current, before));
    }

    [Test]
    public async Task Request_waits_for_a_renewal_in_progress_if_credentials_end_soon()
    {
        var renewal = await BeginRenewalAsync(left: TimeSpan.FromMinutes(14));
        var waiting = Enumerable.Range(0, 10).Select(_ => WaitForRenewalAsync()).ToList();
        Assert.That(waiting, Has.None.Matches<Task>(task => task.IsCompleted));

        renewal.SetResult(Keys("second", _time.GetUtcNow().AddHours(1)));

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That((_source.Current?.AccessKey, _provider.Calls), Is.EqualTo(("second", 2)), "nobody fetches anything himself");
        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True, "the renewal is over");
    }

    [Test]
    public async Task Request_does_not_wait_if_credentials_do_not_end_soon()
    {
        await BeginRenewalAsync(left: TimeSpan.FromMinutes(15));

        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True);
    }

    [Test]
    public async Task Request_does_not_wait_for_a_renewal_that_is_not_due()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(14)));
        await _refresher.StartAsync(CancellationToken.None);

        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True);
        Assert.That(_provider.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Credentials_that_end_soon_are_renewed_every_minute()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(14)));
        await _refresher.StartAsync(CancellationToken.None);

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Request_triggers_a_renewal_of_credentials_that_end_soon()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(14)));
        await _refresher.StartAsync(CancellationToken.None);
        _provider.Next = _ => Task.FromResult(Keys("second", _time.GetUtcNow().AddHours(1)));
        _time.Advance(CredentialRefresher.Retry);

        await WaitForRenewalAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.That(_source.Current?.AccessKey, Is.EqualTo("second"));
    }

    [Test]
    public async Task Request_triggers_no_renewal_of_credentials_that_do_not_end_soon()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(16)));
        await _refresher.StartAsync(CancellationToken.None);
        _time.Advance(CredentialRefresher.Retry);

        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True);
        Assert.That(_provider.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Request_waits_at_most_two_seconds_for_a_renewal()
    {
        await BeginRenewalAsync(left: TimeSpan.FromMinutes(5));
        var first = WaitForRenewalAsync();
        _time.Advance(PlannedRenewal.MaxWait - TimeSpan.FromMilliseconds(1));
        var second = WaitForRenewalAsync();
        Assert.That(first.IsCompleted || second.IsCompleted, Is.False);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True, "the time counts from the start of the renewal");
        Assert.That(_source.Current?.AccessKey, Is.EqualTo("first"));
    }

    [Test]
    public async Task Request_does_not_wait_between_attempts()
    {
        var renewal = await BeginRenewalAsync(left: TimeSpan.FromMinutes(5));
        var waiting = WaitForRenewalAsync();

        renewal.SetException(new IOException("the provider is down"));

        await waiting.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(WaitForRenewalAsync().IsCompleted, Is.True);
    }

    [Test]
    public async Task Request_triggers_an_overdue_renewal()
    {
        // After sleep: timers stood still, but the clock went on.
        var clock = new SleepyClock(_time);
        using var refresher = new CredentialRefresher(_provider, _source, clock, NullLogger<CredentialRefresher>.Instance);
        _provider.Next = _ => Task.FromResult(Keys("first", clock.GetUtcNow().AddMinutes(20)));
        await refresher.StartAsync(CancellationToken.None);
        _provider.Next = _ => Task.FromResult(Keys("second", clock.GetUtcNow().AddHours(1)));
        clock.Slept = TimeSpan.FromMinutes(12);

        await _source.WaitForRenewalAsync(clock.GetUtcNow(), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.That(_source.Current?.AccessKey, Is.EqualTo("second"));
        await refresher.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Cancelled_request_stops_waiting()
    {
        await BeginRenewalAsync(left: TimeSpan.FromMinutes(5));
        using var gaveUp = new CancellationTokenSource();
        var waiting = _source.WaitForRenewalAsync(_time.GetUtcNow(), gaveUp.Token).AsTask();

        await gaveUp.CancelAsync();

        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Request_never_waits_for_fixed_credentials()
    {
        var source = new CredentialSource(Keys("fixed", _time.GetUtcNow().AddMinutes(1)));

        Assert.That(source.WaitForRenewalAsync(_time.GetUtcNow(), CancellationToken.None).AsTask().IsCompleted, Is.True);
    }

    [TestCase(true, 1)]
    [TestCase(false, 0)]
    public async Task Token_with_an_unknown_end_is_logged_once(bool unknown, int warnings)
    {
        using var log = new Log();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var refresher = new CredentialRefresher(_provider, _source, _time, loggers.CreateLogger<CredentialRefresher>());
        _provider.Next = _ =>
            Task.FromResult(new SigningCredentials("first", "secret", "some-token", unknown ? null : _time.GetUtcNow().AddHours(1)));
        await refresher.StartAsync(CancellationToken.None);
        await AdvanceUntilCalledAsync(3, TimeSpan.FromMinutes(31));
        await refresher.StopAsync(CancellationToken.None);

        Assert.That(log.Text.Split("AWS_CREDENTIAL_EXPIRATION"), Has.Length.EqualTo(1 + warnings));
        Assert.That(log.Text, Does.Not.Contain("secret").And.Not.Contain("some-token"));
    }

    [Test]
    public async Task Missing_credentials_are_logged_as_one_sentence_that_names_the_settings()
    {
        using var log = new Log();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Information));
        using var refresher = new CredentialRefresher(_provider, _source, _time, loggers.CreateLogger<CredentialRefresher>());
        _provider.Next = _ => throw new InvalidOperationException("Exception 1 of 4: a profile");
        await refresher.StartAsync(CancellationToken.None);
        await refresher.StopAsync(CancellationToken.None);

        Assert.That(log.Text, Does.Contain("AWS_ACCESS_KEY_ID").And.Not.Contain("\n").And.Not.Contain("a profile"));
        Assert.That(log.Count(LogLevel.Warning), Is.EqualTo(1));
    }

    /// <summary>Credentials with the given remaining time, and a renewal of them in progress.</summary>
    private async Task<TaskCompletionSource<SigningCredentials>> BeginRenewalAsync(TimeSpan left)
    {
        var renewal = new TaskCompletionSource<SigningCredentials>(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null, token: null));
        await _refresher.StartAsync(CancellationToken.None);
        _provider.Next = _ => renewal.Task;
        await AdvanceUntilCalledAsync(2, CredentialRefresher.LastingInterval);
        _source.Replace(Keys("first", _time.GetUtcNow() + left));
        return renewal;
    }

    private sealed class SleepyClock(TimeProvider timers) : TimeProvider
    {
        public TimeSpan Slept { get; set; }

        public override DateTimeOffset GetUtcNow() => timers.GetUtcNow() + Slept;

        public override long GetTimestamp() => timers.GetTimestamp();

        public override long TimestampFrequency => timers.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            timers.CreateTimer(callback, state, dueTime, period);
    }

    private Task WaitForRenewalAsync() => _source.WaitForRenewalAsync(_time.GetUtcNow(), CancellationToken.None).AsTask();

    private static SigningCredentials Keys(string accessKey, DateTimeOffset? ends, string? token = "token") =>
        new(accessKey, "secret", token, ends);

    // In small steps, because the refresher sets its next timer only after each call.
    private Task AdvanceUntilCalledAsync(int calls, TimeSpan atMost) =>
        _time.AdvanceUntilAsync(() => _provider.Calls >= calls, atMost / 40, atMost);

    private sealed class Provider : ICredentialProvider
    {
        private int _calls;

        public Func<CancellationToken, Task<SigningCredentials>> Next { get; set; } = _ => throw new InvalidOperationException();

        public int Calls => Volatile.Read(ref _calls);

        public Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken)
        {
            // A test changes the next answer as soon as it sees the call.
            var answer = Next;
            Interlocked.Increment(ref _calls);
            return answer(cancellationToken);
        }

        public Task CalledAsync(int times) => Wait.UntilAsync(() => Calls >= times);
    }
}
