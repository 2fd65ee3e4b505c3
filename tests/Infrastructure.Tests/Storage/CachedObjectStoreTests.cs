using Moq;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class CachedObjectStoreTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly List<Asked> _asked = [];
    private TestTime _time = null!;
    private CachedObjectStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _asked.Clear();
        _time = new TestTime();
        var store = new Mock<IObjectStore>();
        store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .Returns((string prefix, int? maxEntries, CancellationToken cancellationToken) =>
            {
                var asked = new Asked(
                    prefix,
                    maxEntries,
                    new TaskCompletionSource<FolderPage>(TaskCreationOptions.RunContinuationsAsynchronously),
                    cancellationToken);
                lock (_asked)
                {
                    _asked.Add(asked);
                }

                return asked.Answer.Task.WaitAsync(cancellationToken);
            });
        store.Setup(port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new FilePage([], HasMore: false));
        store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>())).ReturnsAsync(true);
        store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>())).ReturnsAsync(TimeSpan.FromSeconds(1));
        store.SetupGet(port => port.Info).Returns(new ObjectStoreInfo("bucket", "region", "http://store", TimeSpan.FromSeconds(7)));
        _store = new CachedObjectStore(store.Object, Lifetime, _time);
    }

    [Test]
    public async Task Listing_is_cached_for_its_lifetime()
    {
        var page = Page("a/");
        var first = ListAsync("data/");
        (await NextAsync(1)).Answer.SetResult(page);

        Assert.That(await first, Is.SameAs(page));
        _time.Advance(Lifetime - TimeSpan.FromTicks(1));
        Assert.That(await ListAsync("data/"), Is.SameAs(page));
        Assert.That(_asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Listing_is_requested_again_after_its_lifetime()
    {
        await AnswerAsync("data/", Page("a/"));
        _time.Advance(Lifetime);

        var again = ListAsync("data/");
        (await NextAsync(2)).Answer.SetResult(Page("b/"));

        Assert.That((await again).Prefixes, Is.EqualTo(new[] { "b/" }));
    }

    [Test]
    public async Task Lifetime_counts_from_the_start_of_the_listing()
    {
        var first = ListAsync("data/");
        var asked = await NextAsync(1);
        _time.Advance(Lifetime);
        asked.Answer.SetResult(Page("a/"));
        await first;

        _ = ListAsync("data/");

        await NextAsync(2);
    }

    [Test]
    public async Task Listing_in_flight_is_shared_by_all_callers()
    {
        var page = Page("a/");
        var all = Enumerable.Range(0, 100).Select(_ => Task.Run(() => ListAsync("data/"))).ToList();
        (await NextAsync(1)).Answer.SetResult(page);

        Assert.That(await Task.WhenAll(all), Has.All.SameAs(page));
        Assert.That(_asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Listings_of_different_prefixes_or_limits_are_separate()
    {
        _ = ListAsync("data/x/");
        _ = ListAsync("data/reddit/");
        _ = _store.ListFoldersAsync("data/x/", 1000, CancellationToken.None);
        await NextAsync(3);

        Assert.That(
            _asked.Select(asked => (asked.Prefix, asked.MaxEntries)),
            Is.EquivalentTo(new[] { ("data/x/", default(int?)), ("data/reddit/", null), ("data/x/", 1000) }));
    }

    [Test]
    public async Task Failure_goes_to_all_waiting_callers_and_is_not_cached()
    {
        var waiting = new[] { ListAsync("data/"), ListAsync("data/") };
        (await NextAsync(1)).Answer.SetException(new RefusedException(RefusalCode.StorageTimeout, "slow"));

        foreach (var one in waiting)
        {
            Assert.That(
                async () => await one,
                Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.StorageTimeout));
        }

        Assert.That(_store.Count, Is.Zero);
        _ = ListAsync("data/");
        await NextAsync(2);
    }

    [Test]
    public async Task Cancellation_by_one_caller_does_not_affect_the_others()
    {
        using var gaveUp = new CancellationTokenSource();
        var impatient = _store.ListFoldersAsync("data/", null, gaveUp.Token);
        var patient = ListAsync("data/");
        var asked = await NextAsync(1);

        await gaveUp.CancelAsync();

        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(asked.Cancelled.IsCancellationRequested, Is.False);
        asked.Answer.SetResult(Page("a/"));
        Assert.That((await patient).Prefixes, Is.EqualTo(new[] { "a/" }));
    }

    [Test]
    public async Task Listing_without_waiting_callers_is_cancelled()
    {
        using var gaveUp = new CancellationTokenSource();
        var waiting = new[] { _store.ListFoldersAsync("data/", null, gaveUp.Token), _store.ListFoldersAsync("data/", null, gaveUp.Token) };
        var asked = await NextAsync(1);

        await gaveUp.CancelAsync();

        foreach (var one in waiting)
        {
            Assert.That(async () => await one, Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That((asked.Cancelled.IsCancellationRequested, _store.Count), Is.EqualTo((true, 0)));
        _ = ListAsync("data/");
        Assert.That(
            (await NextAsync(2)).Cancelled.IsCancellationRequested,
            Is.False,
            "who asks now is not led to the one that was given up");
    }

    [Test]
    public async Task Expired_listings_are_removed()
    {
        for (var i = 0; i < 1000; i++)
        {
            await AnswerAsync($"data/{i}/", Page("a/"));
        }

        _time.Advance(Lifetime);
        await AnswerAsync("data/last/", Page("a/"));

        Assert.That(_store.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Cache_is_bounded_in_characters()
    {
        var half = new FolderPage(
            [.. Enumerable.Repeat(new string('a', 1000), CachedObjectStore.MaxCachedCharacters / 2000)],
            HasMore: false);
        foreach (var prefix in (string[])["1/", "2/", "3/"])
        {
            await AnswerAsync(prefix, half);
        }

        Assert.That(_store.Count, Is.EqualTo(2));
        _time.Advance(Lifetime);
        await AnswerAsync("4/", half);
        await AnswerAsync("5/", half);
        Assert.That(_store.Count, Is.EqualTo(2), "what was forgotten makes room");
    }

    [Test]
    public async Task Other_requests_are_not_cached()
    {
        Assert.That(ObjectName.TryParse("key", out var key));

        var (one, other) = (
            await _store.ListFilesAsync("data/", null, 10, CancellationToken.None),
            await _store.ListFilesAsync("data/", null, 10, CancellationToken.None));

        Assert.Multiple(async () =>
        {
            Assert.That(one, Is.Not.SameAs(other), "files are never kept");
            Assert.That(await _store.ExistsAsync(key, CancellationToken.None), Is.True);
            Assert.That(await _store.PingAsync(CancellationToken.None), Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(_store.Info, Is.EqualTo(new ObjectStoreInfo("bucket", "region", "http://store", TimeSpan.FromSeconds(7))));
        });
    }

    private static FolderPage Page(params string[] prefixes) => new(prefixes, HasMore: false);

    private Task<FolderPage> ListAsync(string prefix) => _store.ListFoldersAsync(prefix, null, CancellationToken.None);

    private async Task AnswerAsync(string prefix, FolderPage page)
    {
        var count = _asked.Count;
        var listing = ListAsync(prefix);
        (await NextAsync(count + 1)).Answer.SetResult(page);
        await listing;
    }

    /// <summary>Waits for a number of requests and returns the newest.</summary>
    private async Task<Asked> NextAsync(int count)
    {
        Asked? newest = null;
        await Wait.UntilAsync(
            () =>
            {
                lock (_asked)
                {
                    newest = _asked.Count == count ? _asked[^1] : null;
                }

                return newest is not null;
            },
            $"The store was not asked {count} times.");
        return newest!;
    }

    private sealed record Asked(string Prefix, int? MaxEntries, TaskCompletionSource<FolderPage> Answer, CancellationToken Cancelled);
}
