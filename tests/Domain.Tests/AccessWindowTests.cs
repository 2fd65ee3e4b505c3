using S3Auth.Domain;

namespace S3Auth.Domain.Tests;

public sealed class AccessWindowTests
{
    private const long Now = 1_795_500_000;

    private static readonly DateTimeOffset Clock = DateTimeOffset.FromUnixTimeSeconds(Now).AddMilliseconds(999);

    [TestCase(Now, TimestampStatus.Valid, 0)]
    [TestCase(Now - 300, TimestampStatus.Valid, 0)]
    [TestCase(Now - 301, TimestampStatus.Expired, 1)]
    [TestCase(0, TimestampStatus.Expired, Now - 300)]
    [TestCase(-5, TimestampStatus.Expired, Now - 295)]
    [TestCase(Now + 60, TimestampStatus.Valid, 0)]
    [TestCase(Now + 61, TimestampStatus.InFuture, 1)]
    [TestCase(Now * 1000, TimestampStatus.InMilliseconds, (Now * 999) - 60)]
    public void Timestamp_is_checked_by_its_distance_in_whole_seconds(long timestamp, TimestampStatus status, long secondsOutside)
    {
        var check = AccessWindow.Default.Check(timestamp, Clock);

        Assert.That(check, Is.EqualTo(new TimestampCheck(status, secondsOutside)));
    }

    [TestCase((Now * 1000) + 999, TimestampStatus.Valid, 0)]
    [TestCase((Now * 1000) + 999 - 300_000, TimestampStatus.Valid, 0)]
    [TestCase((Now * 1000) + 999 - 300_001, TimestampStatus.Expired, 1)]
    [TestCase((Now * 1000) + 999 - 302_000, TimestampStatus.Expired, 2)]
    [TestCase((Now * 1000) + 999 + 60_000, TimestampStatus.Valid, 0)]
    [TestCase((Now * 1000) + 999 + 60_001, TimestampStatus.InFuture, 1)]
    [TestCase(Now, TimestampStatus.InSeconds, Now - (Now / 1000) + 1 - 300)]
    [TestCase(0, TimestampStatus.InSeconds, Now - 299)]
    public void Timestamp_in_milliseconds_is_checked_by_its_distance(long timestamp, TimestampStatus status, long secondsOutside) =>
        Assert.That(AccessWindow.Default.CheckMilliseconds(timestamp, Clock), Is.EqualTo(new TimestampCheck(status, secondsOutside)));

    [Test]
    public void Extreme_timestamps_in_milliseconds_do_not_overflow()
    {
        Assert.Multiple(() =>
        {
            Assert.That(AccessWindow.Default.CheckMilliseconds(long.MinValue, Clock).Status, Is.EqualTo(TimestampStatus.InSeconds));
            Assert.That(AccessWindow.Default.CheckMilliseconds(long.MaxValue, Clock).Status, Is.EqualTo(TimestampStatus.InFuture));
        });
    }

    [Test]
    public void Extreme_timestamps_do_not_overflow()
    {
        Assert.Multiple(() =>
        {
            Assert.That(AccessWindow.Default.Check(long.MinValue, Clock).Status, Is.EqualTo(TimestampStatus.Expired));
            Assert.That(AccessWindow.Default.Check(long.MaxValue, Clock).Status, Is.EqualTo(TimestampStatus.InMilliseconds));
        });
    }

    [TestCase(null, 86_400)]
    [TestCase(Now + 60, 60)]
    [TestCase(Now + 86_400, 86_400)]
    [TestCase(Now + 86_401, 86_400)]
    [TestCase(Now + 315_360_000, 86_400)]
    [TestCase(long.MaxValue, 86_400)]
    public void Grant_ends_at_the_requested_expiry_but_after_one_day_at_most(long? requested, long seconds)
    {
        var expiry = AccessWindow.Default.EffectiveExpiry(requested, Clock, credentialsEnd: null);

        Assert.That(expiry.ToUnixTimeSeconds(), Is.EqualTo(Now + seconds));
    }

    [TestCase(null)]
    [TestCase(Now + 7200)]
    public void Grant_ends_with_the_credentials_that_sign_it(long? requested)
    {
        var credentialsEnd = Clock.AddHours(1);

        var expiry = AccessWindow.Default.EffectiveExpiry(requested, Clock, credentialsEnd);

        Assert.That(expiry.ToUnixTimeSeconds(), Is.EqualTo(Now + 3600), "expiries are whole seconds");
    }

    [Test]
    public void Grant_that_ends_before_its_credentials_keeps_its_expiry() =>
        Assert.That(
            AccessWindow.Default.EffectiveExpiry(Now + 60, Clock, Clock.AddHours(1)).ToUnixTimeSeconds(),
            Is.EqualTo(Now + 60));
}
