
namespace S3Auth.Client.Tests;

public sealed class BandwidthLimitTests
{
    [Test]
    public void Block_waits_until_the_blocks_before_it_are_sent()
    {
        var time = new TestTime();
        var limit = new BandwidthLimit(1000, time);

        var (first, second) = (limit.WaitAsync(500, default), limit.WaitAsync(100, default));
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((true, false)));
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.That(second.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(second.IsCompleted, Is.True);
    }

    [Test]
    public void Pause_is_not_made_up_for_by_a_burst()
    {
        var time = new TestTime();
        var limit = new BandwidthLimit(1000, time);
        time.Advance(TimeSpan.FromHours(1));

        _ = limit.WaitAsync(1000, default);

        Assert.That(limit.WaitAsync(1, default).IsCompleted, Is.False);
    }

    [TestCase(1024, 1024)]
    [TestCase(100_000, 9 * 1024)]
    [TestCase(1L << 40, 256 * 1024)]
    public void Block_is_at_most_a_tenth_of_a_second(long rate, int size) =>
        Assert.That(new BandwidthLimit(rate, TimeProvider.System).MaxBlockSize, Is.EqualTo(size));
}
