namespace S3Auth.Infrastructure.Tests.Limits;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MemoryQuotaTests
{
    // The real date, because Redis expires keys by its own clock.
    private static readonly UtcDay Today = UtcDay.Of(DateTimeOffset.UtcNow);
    private static readonly UtcDay Tomorrow = new(Today.Date.AddDays(1));

    private readonly MemoryQuota _quota = new();

    [Test]
    public void Hotkey_gets_grants_up_to_its_limit()
    {
        var counts = Enumerable.Range(0, 5).Select(_ => _quota.Take(Request(1, limit: 3))).ToList();

        Assert.That(counts.Select(count => (count.Granted, count.Used, count.TotalUsed)), Is.EqualTo(new[]
        {
            (true, 1L, 1L), (true, 2L, 2L), (true, 3L, 3L), (false, 3L, 3L), (false, 3L, 3L),
        }));
    }

    [Test]
    public void All_hotkeys_together_get_grants_up_to_the_total()
    {
        var granted = Enumerable.Range(0, 50).Count(i => _quota.Take(Request((byte)i, limit: 3, total: 20)).Granted);

        Assert.That((granted, _quota.Total(Today)), Is.EqualTo((20, 20)));
    }

    [Test]
    public void Concurrent_requests_do_not_exceed_the_limit()
    {
        var granted = new ConcurrentBag<bool>();

        Parallel.For(0, 5000, i => granted.Add(_quota.Take(Request((byte)(i % 4), limit: 100, total: 350)).Granted));

        Assert.That(granted.Count(one => one), Is.EqualTo(350));
    }

    [Test]
    public void Roles_hotkeys_and_days_count_separately()
    {
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted, Is.False);
        Assert.That(_quota.Take(Request(1, limit: 1, role: Role.Validator)).Granted);
        Assert.That(_quota.Take(Request(2, limit: 1)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1, day: Tomorrow)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted, Is.False, "the day that ended is not begun anew");
    }

    [Test]
    public void Grant_that_is_given_back_can_be_taken_again()
    {
        var taken = _quota.Take(Request(1, limit: 1));
        _quota.Refund(Request(1, limit: 1), taken);

        Assert.That(_quota.Take(Request(1, limit: 1)), Is.EqualTo(new QuotaCount(Granted: true, 1, 1, IsShared: false)));
    }

    [Test]
    public void Past_days_are_removed()
    {
        for (var day = 0; day < 10; day++)
        {
            _quota.Take(Request(1, limit: 1, day: new UtcDay(Today.Date.AddDays(day))));
        }

        Assert.That(Enumerable.Range(0, 10).Count(day => _quota.Total(new UtcDay(Today.Date.AddDays(day))) > 0), Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void Counts_continue_from_the_shared_ones_and_own_grants_become_a_debt()
    {
        _quota.SetShared(Request(1, limit: 10), 9, 50);
        Assert.That(_quota.Take(Request(1, limit: 10)), Is.EqualTo(new QuotaCount(Granted: true, 10, 51, IsShared: false)));
        Assert.That(_quota.Take(Request(1, limit: 10)).Granted, Is.False);
        _quota.Take(Request(2, limit: 10));

        var debt = _quota.TakeDebt(Request(1, limit: 10));
        Assert.That((debt, _quota.TakeDebt(Request(1, limit: 10))), Is.EqualTo(((1L, 2L), (0L, 0L))));
        _quota.RestoreDebt(Request(1, limit: 10), debt);
        Assert.That(_quota.TakeDebt(Request(1, limit: 10)), Is.EqualTo((1L, 2L)));
    }

    internal static QuotaRequest Request(byte hotkey, long limit, long total = 1_000_000, Role role = Role.Miner, UtcDay? day = null) =>
        new(day ?? Today, AccountId.FromBytes(Enumerable.Repeat(hotkey, AccountId.Size).ToArray()), role, limit, total);
}
