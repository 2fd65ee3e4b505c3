namespace S3Auth.Infrastructure.Tests.Signatures;

public sealed class KnownHotkeysTests
{
    // The cache does not look at the key, so all entries share one.
    private static readonly Sr25519VerifyingKey Key = CreateKey();

    [Test]
    public void Ten_thousand_hotkeys_in_turn_are_all_found()
    {
        var known = new KnownHotkeys(16_384);
        for (var i = 0; i < 10_000; i++)
        {
            known.Add(Account(i), new KnownHotkey(Key));
        }

        Assert.That(Enumerable.Range(0, 10_000).Select(i => known.Find(Account(i))), Has.None.Null);
        Assert.That(known.Count, Is.EqualTo(10_000));
    }

    [Test]
    public void Full_cache_keeps_its_capacity()
    {
        var known = new KnownHotkeys(100);
        for (var i = 0; i < 1000; i++)
        {
            known.Add(Account(i), new KnownHotkey(Key));
            Assert.That(known.Find(Account(i)), Is.Not.Null);
        }

        Assert.That(known.Count, Is.EqualTo(100));
        Assert.That(Enumerable.Range(0, 1000).Count(i => known.Find(Account(i)) is not null), Is.EqualTo(100));
    }

    [Test]
    public void More_hotkeys_than_the_capacity_in_turn_are_still_found_often()
    {
        // With a fifth more than the capacity, evicting the oldest would find none.
        const int Hotkeys = 1200;
        var known = new KnownHotkeys(1000);
        var found = 0;
        for (var i = 0; i < 20 * Hotkeys; i++)
        {
            if (known.Find(Account(i % Hotkeys)) is not null)
            {
                found++;
            }
            else
            {
                known.Add(Account(i % Hotkeys), new KnownHotkey(Key));
            }
        }

        Assert.That(found, Is.GreaterThan(10 * Hotkeys));
    }

    [Test]
    public void Full_cache_follows_a_change_of_the_hotkeys()
    {
        // 100 hotkeys left, and 100 others add themselves ten times each: hardly one of the former stays.
        var known = new KnownHotkeys(100);
        for (var i = 0; i < 100; i++)
        {
            known.Add(Account(i), new KnownHotkey(Key));
        }

        for (var i = 0; i < 1000; i++)
        {
            known.Add(Account(100 + (i % 100)), new KnownHotkey(Key));
        }

        Assert.That(Enumerable.Range(100, 100).Count(i => known.Find(Account(i)) is not null), Is.GreaterThan(75));
    }

    [Test]
    public void First_entry_of_an_account_stays()
    {
        var known = new KnownHotkeys(2);
        var first = new KnownHotkey(Key);
        known.Add(Account(1), first);
        known.Add(Account(1), new KnownHotkey(Key));
        known.Add(Account(2), new KnownHotkey(Key));

        Assert.That(known.Find(Account(1)), Is.SameAs(first));
        Assert.That(known.Count, Is.EqualTo(2));
    }

    [Test]
    public void Concurrent_use_loses_no_entry_and_exceeds_no_capacity()
    {
        const int Capacity = 500;
        var known = new KnownHotkeys(Capacity);
        Parallel.For(0, 100_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var account = Account(i % 600);
            if (known.Find(account) is null)
            {
                known.Add(account, new KnownHotkey(Key));
            }
        });

        Assert.That(known.Count, Is.EqualTo(Capacity));
        Assert.That(Enumerable.Range(0, 600).Count(i => known.Find(Account(i)) is not null), Is.EqualTo(Capacity));
    }

    private static AccountId Account(int number)
    {
        var bytes = new byte[AccountId.Size];
        BitConverter.TryWriteBytes(bytes, number);
        return AccountId.FromBytes(bytes);
    }

    private static Sr25519VerifyingKey CreateKey()
    {
        using var pair = KeyPair.FromUri("//Bob");
        return Sr25519VerifyingKey.TryCreate(pair.AccountId)!;
    }
}
