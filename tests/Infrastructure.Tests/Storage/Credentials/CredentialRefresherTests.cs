using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Tests.Storage.Credentials;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CredentialRefresherTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CredentialSource _source = new();
    private readonly Provider _provider = new();
    private readonly CredentialRefresher _refresher;

    public CredentialRefresherTests() =>
        _refresher = new CredentialRefresher(_provider, _source, _time, NullLogger<CredentialRefresher>.Instance);

    [TearDown]
    public async Task TearDown()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _refresher.StopAsync(patience.Token);
        _refresher.Dispose();
    }

    [Test]
    public async Task Credentials_are_there_once_it_has_started()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null));

        await _refresher.StartAsync(CancellationToken.None);

        Assert.That(_source.Current?.AccessKey, Is.EqualTo("first"));
    }

    [Test]
    public async Task Start_goes_on_without_credentials_when_their_provider_hangs()
    {
        _provider.Next = async cancellation =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Keys("never", ends: null);
        };

        var start = _refresher.StartAsync(CancellationToken.None);
        await _provider.CalledAsync(1);
        Assert.That(start.IsCompleted, Is.False);
        _time.Advance(CredentialRefresher.StartPatience);

        await start.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(_source.Current, Is.Null);
    }

    [Test]
    public async Task Credentials_are_renewed_long_before_they_end()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddMinutes(20)));
        await _refresher.StartAsync(CancellationToken.None);
        _provider.Next = _ => Task.FromResult(Keys("second", _time.GetUtcNow().AddHours(6)));

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(10));

        await EventuallyAsync(() => _source.Current?.AccessKey is "second");
    }

    [Test]
    public async Task Temporary_credentials_are_renewed_every_quarter_hour_however_long_they_live()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddHours(12)));
        await _refresher.StartAsync(CancellationToken.None);

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(15));
    }

    [Test]
    public async Task Lasting_credentials_are_looked_at_again()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", ends: null));
        await _refresher.StartAsync(CancellationToken.None);

        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Last_credentials_stay_in_force_while_renewal_fails_and_are_replaced_when_it_works_again()
    {
        _provider.Next = _ => Task.FromResult(Keys("first", _time.GetUtcNow().AddHours(1)));
        await _refresher.StartAsync(CancellationToken.None);

        _provider.Next = _ => throw new IOException("the provider is down");
        await AdvanceUntilCalledAsync(2, TimeSpan.FromMinutes(15));
        Assert.That(_source.Current?.AccessKey, Is.EqualTo("first"));

        _provider.Next = _ => Task.FromResult(Keys("second", _time.GetUtcNow().AddHours(1)));
        await AdvanceUntilCalledAsync(3, TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => _source.Current?.AccessKey is "second");
    }

    [Test]
    public async Task Attempt_that_hangs_is_given_up_and_made_again()
    {
        // It does not even heed its cancellation.
        _provider.Next = _ => new TaskCompletionSource<SigningCredentials>().Task;
        var start = _refresher.StartAsync(CancellationToken.None);
        await _provider.CalledAsync(1);

        _provider.Next = _ => Task.FromResult(Keys("second", ends: null));
        await AdvanceUntilCalledAsync(2, CredentialRefresher.AttemptTimeout + CredentialRefresher.Retry);

        await start;
        await EventuallyAsync(() => _source.Current?.AccessKey is "second");
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

        await EventuallyAsync(() => !ReferenceEquals(_source.Current, before));
    }

    private static SigningCredentials Keys(string accessKey, DateTimeOffset? ends) => new(accessKey, "secret", "token", ends);

    /// <summary>Advances in small steps, as its timers are set between them, and no further than the given time.</summary>
    private async Task AdvanceUntilCalledAsync(int calls, TimeSpan atMost)
    {
        var end = _time.GetUtcNow() + atMost;
        while (_provider.Calls < calls && _time.GetUtcNow() < end)
        {
            await Task.Delay(5);
            _time.Advance(atMost / 40);
        }

        await _provider.CalledAsync(calls);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.That(condition(), Is.True);
    }

    private sealed class Provider : ICredentialProvider
    {
        private int _calls;

        public Func<CancellationToken, Task<SigningCredentials>> Next { get; set; } = _ => throw new InvalidOperationException();

        public int Calls => Volatile.Read(ref _calls);

        public Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Next(cancellationToken);
        }

        public Task CalledAsync(int times) => EventuallyAsync(() => Calls >= times);
    }
}
