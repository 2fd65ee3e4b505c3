using S3Auth.Application.Files;

namespace S3Auth.Application.Tests;

public sealed class ExistingFileFinderTests
{
    private static readonly Folder Miner = new("data/x/5F/", Source: null);

    private readonly SortedSet<string> _stored = new(StringComparer.Ordinal);
    private readonly Mock<IObjectStore> _store = new();
    private int _listings;
    private int _requests;

    [SetUp]
    public void SetUp()
    {
        _stored.Clear();
        (_listings, _requests) = (0, 0);
        _store.Setup(port => port.ListFilesAsync(
                Miner.Prefix, It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string prefix, ObjectKey? after, int limit, CancellationToken _) =>
            {
                _listings++;
                var rest = _stored.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(Subnet.KeyOf)
                    .Where(key => after is not { } start || key.IsAfter(start))
                    .OrderBy(key => key, Comparer<ObjectKey>.Create((x, y) => x.IsAfter(y) ? 1 : -1))
                    .ToList();
                return new FilePage(
                    [.. rest.Take(limit).Select(key => new StoredFile(key, 1, DateTimeOffset.UnixEpoch, ""))], HasMore: rest.Count > limit);
            });
        _store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((ObjectName name, CancellationToken _) =>
            {
                Interlocked.Increment(ref _requests);
                return _stored.Contains(name.Key);
            });
    }

    [Test]
    public async Task One_listing_answers_for_a_thousand_files_of_an_empty_folder()
    {
        Assert.That(await FindAsync(Enumerable.Range(0, 1000).Select(i => $"{i}")), Is.Empty);
        Assert.That((_listings, _requests), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task Few_files_are_asked_for_one_by_one()
    {
        Store("b");

        Assert.That(await FindAsync(["a", "b", "c"]), Is.EqualTo(new[] { "b" }));
        Assert.That((_listings, _requests), Is.EqualTo((0, 3)));
    }

    [Test]
    public async Task Files_are_found_behind_many_others_with_a_bounded_number_of_listings()
    {
        // Between two wanted files are more other files than a page has.
        for (var i = 0; i < 20; i++)
        {
            Store([.. Enumerable.Range(0, 1100).Select(other => $"{i:d2}-{other:d4}")]);
        }

        Store("03-a", "19-a");

        var found = await FindAsync(Enumerable.Range(0, 20).Select(i => $"{i:d2}-a"));

        Assert.That(found, Is.EqualTo(new[] { "03-a", "19-a" }));
        Assert.That((_listings, _requests), Is.EqualTo((4, 16)));
    }

    [Test]
    public async Task File_at_the_end_of_a_page_and_the_next_one_are_found()
    {
        Store([.. Enumerable.Range(0, 2500).Select(i => $"{i:d4}")]);

        var found = await FindAsync(["0000", "0999", "1000", "1999", "2000", "2499", "2500"]);

        Assert.That(found, Is.EqualTo(new[] { "0000", "0999", "1000", "1999", "2000", "2499" }));
    }

    [Test]
    public async Task Names_are_compared_in_the_order_of_their_bytes()
    {
        // UTF-16 puts the second before the first.
        Store("\uff5e", "\U0001F600", "a", "z");

        Assert.That(await FindAsync(["\uff5e", "\U0001F600", "a", "z", "zz"]), Is.EquivalentTo(new[] { "\uff5e", "\U0001F600", "a", "z" }));
        Assert.That(_requests, Is.Zero);
    }

    [TestCase("\u00e9", "")]
    [TestCase("a\U0001F600", "a")]
    [TestCase("b", "a")]
    [TestCase("a ", "a")]
    [TestCase("!", " ")]
    public async Task Listing_begins_directly_before_the_first_name_at_a_key_of_valid_text(string name, string before)
    {
        _store.Invocations.Clear();

        await FindAsync([name, "\U0001F601a", "\U0001F601b", "\U0001F601c"]);

        var expected = Subnet.KeyOf(Miner.Prefix + before);
        _store.Verify(port => port.ListFilesAsync(Miner.Prefix, expected, 1000, It.IsAny<CancellationToken>()), Times.Once);
    }

    [Test]
    public async Task Answer_is_the_same_as_of_one_request_for_each_file()
    {
        var random = new Random(4);
        for (var round = 0; round < 50; round++)
        {
            _stored.Clear();
            Store([.. Enumerable.Range(0, random.Next(3000)).Select(_ => $"{random.Next(4000)}")]);
            var wanted = Enumerable.Range(0, random.Next(1, 60)).Select(_ => $"{random.Next(4000)}").Distinct().ToList();

            var found = await FindAsync(wanted);

            Assert.That(found, Is.EquivalentTo(wanted.Where(name => _stored.Contains(Miner.Prefix + name))), $"round {round}");
        }
    }

    [TestCase(1, 60, 8)]
    [TestCase(30, 3, 16)]
    public async Task Requests_for_single_files_are_bounded_for_each_caller_and_over_all(int callers, int files, int expected)
    {
        var (running, most) = (0, 0);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 4; i++)
        {
            Store([.. Enumerable.Range(0, 1100).Select(other => $"{i}-{other:d4}")]);
        }

        _store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .Returns(async (ObjectName _, CancellationToken token) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == expected)
                {
                    reached.TrySetResult();
                }

                // Waits until the allowed number of requests run, then long enough for an extra one to start.
                await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), token);
                await Task.Delay(20, token);
                Interlocked.Decrement(ref running);
                return false;
            });
        using var finder = new ExistingFileFinder(_store.Object);

        // The first files are before the many others, so that each takes one of the listings.
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => finder.FindAsync(
            Miner, Keys(Enumerable.Range(0, files).Select(i => i < 4 ? $"{i}-" : $"9{i}")), default)));

        Assert.That(most, Is.EqualTo(expected));

        static void InterlockedMax(ref int value, int candidate)
        {
            for (var seen = value; seen < candidate;)
            {
                seen = Interlocked.CompareExchange(ref value, candidate, seen) is var before && before == seen ? candidate : before;
            }
        }
    }

    private void Store(params string[] names) => _stored.UnionWith(names.Select(name => Miner.Prefix + name));

    private async Task<IEnumerable<string>> FindAsync(IEnumerable<string> names)
    {
        using var finder = new ExistingFileFinder(_store.Object);
        return (await finder.FindAsync(Miner, Keys(names), CancellationToken.None))
            .Select(key => key.Key[Miner.Prefix.Length..])
            .Order(StringComparer.Ordinal);
    }

    private static ObjectName[] Keys(IEnumerable<string> names) =>
    [
        .. names.Select(name =>
            ObjectName.TryParse(Miner.Prefix + name, out var key) ? key : throw new ArgumentException(name, nameof(names))),
    ];
}
