namespace S3Auth.Infrastructure.Tests.Limits;

public sealed class ProofSetTests
{
    [Test]
    public void ProofSet_contains_what_a_HashSet_contains_after_growing()
    {
        using var set = new ProofSet();
        var expected = new HashSet<ulong>();
        var random = new Random(46);
        for (var i = 0; i < 300_000; i++)
        {
            // Random numbers below 400,000, so that many repeat.
            var number = (ulong)random.Next(400_000) * 0x9E3779B97F4A7C15;
            Assert.That(set.Contains(number), Is.EqualTo(expected.Contains(number)));
            Assert.That(set.Add(number), Is.EqualTo(expected.Add(number)));
        }

        Assert.That(set.Count, Is.EqualTo(expected.Count));
        Assert.That(expected, Has.All.Matches<ulong>(set.Contains));
    }

    [Test]
    public void Colliding_numbers_are_distinguished()
    {
        using var set = new ProofSet();
        var numbers = Enumerable.Range(0, 2000).Select(i => ((ulong)i << 40) | 1023).ToList();

        Assert.That(numbers, Has.All.Matches<ulong>(set.Add));
        Assert.That(numbers, Has.None.Matches<ulong>(set.Add));
        Assert.That(set.Contains(1UL << 63), Is.False);
    }

    [Test]
    public void Zero_can_be_added()
    {
        using var set = new ProofSet();

        Assert.That(set.Add(1));
        Assert.That(set.Contains(0), Is.False);
        Assert.That(set.Add(0));
        Assert.That(set.Contains(0));
        Assert.That(set.Count, Is.EqualTo(2));
        Assert.That(set.Add(0), Is.False);
    }

    [Test]
    public void Disposed_set_throws()
    {
        var set = new ProofSet();
        set.Dispose();
        set.Dispose();

        Assert.That(() => set.Add(1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => set.Contains(1), Throws.InstanceOf<ObjectDisposedException>());
    }
}
