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
    public void Batch_is_taken_as_a_whole_or_not_at_all()
    {
        var counts = new[]
        {
            _quota.Take(Batch(1, grants: 1, files: 60, limit: 3, fileLimit: 100)),
            _quota.Take(Batch(1, grants: 1, files: 41, limit: 3, fileLimit: 100)),
            _quota.Take(Batch(1, grants: 1, files: 40, limit: 3, fileLimit: 100)),
            _quota.Take(Batch(1, grants: 1, files: 1, limit: 3, fileLimit: 100)),
            _quota.Take(Batch(1, grants: 1, files: 0, limit: 3, fileLimit: 100)),
            _quota.Take(Batch(1, grants: 1, files: 0, limit: 3, fileLimit: 100)),
        };

        Assert.That(counts.Select(count => (count.Granted, count.Used, count.FilesUsed, count.TotalUsed)), Is.EqualTo(new[]
        {
            (true, 1L, 60L, 1L), (false, 1, 60, 1), (true, 2, 100, 2), (false, 2, 100, 2), (true, 3, 100, 3), (false, 3, 100, 3),
        }));
    }

    [Test]
    public void Request_without_a_grant_needs_files_only()
    {
        var counts = Enumerable.Range(0, 4).Select(_ => _quota.Take(Batch(1, grants: 0, files: 1, limit: 0, fileLimit: 3, total: 0)));

        Assert.That(counts.Select(count => (count.Granted, count.Used, count.FilesUsed, count.TotalUsed)), Is.EqualTo(new[]
        {
            (true, 0L, 1L, 0L), (true, 0, 2, 0), (true, 0, 3, 0), (false, 0, 3, 0),
        }));
    }

    [Test]
    public void Files_are_not_counted_without_a_limit_of_files()
    {
        var taken = _quota.Take(Batch(1, grants: 1, files: 1000, limit: 3, fileLimit: null, kind: GrantKind.Validator));

        Assert.That((taken.Granted, taken.FilesUsed), Is.EqualTo((true, 0)));
    }

    [Test]
    public void Concurrent_batches_get_exactly_the_limits_of_grants_and_files()
    {
        var (files, grants) = (new ConcurrentBag<QuotaCount>(), new ConcurrentBag<QuotaCount>());

        Parallel.For(0, 10_000, i =>
        {
            files.Add(_quota.Take(Batch(1, 1, i % 7 + 1, limit: 9000, fileLimit: 5000)));
            grants.Add(_quota.Take(Batch(2, 1, 3, limit: 250, fileLimit: 5000)));
        });

        Assert.That(files.Max(count => count.FilesUsed), Is.EqualTo(5000));
        Assert.That(files.Max(count => count.Used), Is.EqualTo(files.Count(count => count.Granted)), "a refused batch takes no grant");
        Assert.That(
            (grants.Count(count => count.Granted), grants.Max(count => count.Used), grants.Max(count => count.FilesUsed)),
            Is.EqualTo((250, 250L, 750L)),
            "a refused batch takes no files");
        Assert.That(_quota.Total(Today), Is.EqualTo(files.Count(count => count.Granted) + 250));
    }

    [Test]
    public void Refund_of_a_batch_gives_back_all_that_it_took()
    {
        var request = Batch(1, grants: 1, files: 40, limit: 9, fileLimit: 100);
        _quota.Take(request);
        var taken = _quota.Take(request);

        _quota.Refund(request, taken);

        Assert.That(_quota.Take(request with { Cost = default }), Is.EqualTo(new QuotaCount(Granted: true, 1, 40, 1, IsShared: false)));
    }

    [Test]
    public void Roles_hotkeys_and_days_count_separately()
    {
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted, Is.False);
        Assert.That(_quota.Take(Request(1, limit: 1, kind: GrantKind.Validator)).Granted);
        Assert.That(_quota.Take(Request(2, limit: 1)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1, day: Tomorrow)).Granted);
        Assert.That(_quota.Take(Request(1, limit: 1)).Granted, Is.False, "the day that ended is not begun anew");
    }

    [Test]
    public void Grant_that_is_given_back_can_be_taken_again()
    {
        var taken = _quota.Take(Request(1, limit: 1));
        _quota.Refund(Request(1, limit: 1), taken);

        Assert.That(_quota.Take(Request(1, limit: 1)), Is.EqualTo(new QuotaCount(Granted: true, 1, 0, 1, IsShared: false)));
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
        _quota.SetShared(Request(1, limit: 10), new QuotaCount(Granted: true, 9, 4, 50, IsShared: true));
        Assert.That(_quota.Take(Request(1, limit: 10)), Is.EqualTo(new QuotaCount(Granted: true, 10, 4, 51, IsShared: false)));
        Assert.That(_quota.Take(Request(1, limit: 10)).Granted, Is.False);
        _quota.Take(Request(2, limit: 10));
        _quota.Take(Batch(1, grants: 0, files: 5, limit: 10, fileLimit: 9));

        var debt = _quota.TakeDebt(Request(1, limit: 10));
        Assert.That((debt, _quota.TakeDebt(Request(1, limit: 10))), Is.EqualTo((new QuotaDebt(1, 5, 2), default(QuotaDebt))));
        _quota.RestoreDebt(Request(1, limit: 10), debt);
        Assert.That(_quota.TakeDebt(Request(1, limit: 10)), Is.EqualTo(new QuotaDebt(1, 5, 2)));
    }

    internal static QuotaRequest Request(
        byte hotkey, long limit, long total = 1_000_000, GrantKind kind = GrantKind.Miner, UtcDay? day = null) =>
        Batch(hotkey, 1, 0, limit, fileLimit: kind == GrantKind.Miner ? 1000 : null, total, kind, day);

    internal static QuotaRequest Batch(
        byte hotkey,
        long grants,
        long files,
        long limit,
        long? fileLimit,
        long total = 1_000_000,
        GrantKind kind = GrantKind.Miner,
        UtcDay? day = null) => new(
            day ?? Today,
            AccountId.FromBytes(Enumerable.Repeat(hotkey, AccountId.Size).ToArray()),
            kind,
            new QuotaCost(grants, files),
            limit,
            fileLimit,
            total);
}
