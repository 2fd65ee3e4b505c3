using S3Auth.Client.Uploads;

namespace S3Auth.Client.Tests;

public sealed class GrantTimingTests
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [TestCase(86_400, 86_100)]
    [TestCase(400, 300)]
    [TestCase(40, 30)]
    [TestCase(4, 5)]
    [TestCase(0, 5)]
    [TestCase(-5, 5)]
    public void Grant_is_renewed_before_it_ends_but_not_all_the_time(long seconds, int expected) =>
        Assert.That(GrantTiming.RenewAt(Asked, seconds), Is.EqualTo(Asked.AddSeconds(expected)));

    [TestCase(3600, 2700)]
    [TestCase(0, 5)]
    public void Url_of_a_part_is_renewed_before_it_ends_but_not_all_the_time(long seconds, int expected) =>
        Assert.That(GrantTiming.RenewPartAt(Asked, seconds), Is.EqualTo(Asked.AddSeconds(expected)));
}
