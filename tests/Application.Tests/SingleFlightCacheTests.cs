
namespace S3Auth.Application.Tests;

public sealed class SingleFlightCacheTests
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly TestTime _time = new();
    private readonly List<TaskCompletionSource<int>> _loads = [];

    [SetUp]
    public void Forget() => _loads.Clear();

    [Test]
    public async Task Callers_share_one_load_while_it_runs()
    {
        var cache = Create(MaxAge);
        var (first, second) = (cache.GetAsync(CancellationToken.None), cache.GetAsync(CancellationToken.None));
        _loads.Single().SetResult(1);

        Assert.That((await first, await second), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Load_that_takes_longer_than_the_age_is_still_shared()
    {
        var cache = Create(MaxAge);
        var first = cache.GetAsync(CancellationToken.None);
        _time.Advance(MaxAge * 2);
        var second = cache.GetAsync(CancellationToken.None);
        _loads.Single().SetResult(1);

        Assert.That((await first, await second), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Value_is_loaded_again_when_it_is_older_than_its_age_counted_from_the_start_of_its_load()
    {
        var cache = Create(MaxAge);
        var first = cache.GetAsync(CancellationToken.None);
        _time.Advance(MaxAge);
        _loads[0].SetResult(1);
        await first;
        Assert.That(await cache.GetAsync(CancellationToken.None), Is.EqualTo(1));

        _time.Advance(TimeSpan.FromTicks(1));
        var later = cache.GetAsync(CancellationToken.None);
        _loads[1].SetResult(2);

        Assert.That(await later, Is.EqualTo(2));
    }

    [Test]
    public async Task Value_is_kept_for_ever_when_its_age_is_infinite()
    {
        var cache = Create(Timeout.InfiniteTimeSpan);
        var first = cache.GetAsync(CancellationToken.None);
        _loads[0].SetResult(1);
        await first;
        _time.Advance(TimeSpan.FromDays(1000));

        Assert.That(await cache.GetAsync(CancellationToken.None), Is.EqualTo(1));
        Assert.That(_loads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Failure_reaches_everyone_who_waited_and_is_not_cached()
    {
        var cache = Create(Timeout.InfiniteTimeSpan);
        var (first, second) = (cache.GetAsync(CancellationToken.None), cache.GetAsync(CancellationToken.None));
        _loads[0].SetException(new InvalidOperationException());

        Assert.That(() => first, Throws.InvalidOperationException);
        Assert.That(() => second, Throws.InvalidOperationException);

        var later = cache.GetAsync(CancellationToken.None);
        _loads[1].SetResult(2);
        Assert.That(await later, Is.EqualTo(2));
    }

    [Test]
    public async Task Caller_that_gives_up_does_not_stop_the_load_for_the_others()
    {
        var cache = Create(MaxAge);
        using var leave = new CancellationTokenSource();
        var (leaver, other) = (cache.GetAsync(leave.Token), cache.GetAsync(CancellationToken.None));
        await leave.CancelAsync();
        Assert.That(() => leaver, Throws.InstanceOf<OperationCanceledException>());

        _loads.Single().SetResult(1);
        Assert.That(await other, Is.EqualTo(1));
    }

    private SingleFlightCache<int> Create(TimeSpan maxAge) => new(
        () =>
        {
            _loads.Add(new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
            return _loads[^1].Task;
        },
        maxAge,
        _time);
}
