namespace S3Auth.Domain.Tests;

public sealed class SnapshotAcceptanceTests
{
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromHours(1);
    private static readonly TimeSpan OneBlock = TimeSpan.FromSeconds(12);
    private static readonly CurrentSnapshot Fresh = new(100, IsFresh: true);

    [Test]
    public void First_snapshot_is_accepted() =>
        Assert.That(Check(current: null, isSameChain: false, 1, OneBlock), Is.EqualTo(SnapshotDecision.Accepted));

    [TestCase(true, 101UL, SnapshotDecision.Accepted)]
    [TestCase(true, 100UL, SnapshotDecision.Accepted)]
    [TestCase(true, 99UL, SnapshotDecision.OlderBlock)]
    [TestCase(false, 99UL, SnapshotDecision.OtherChain)]
    [TestCase(false, 101UL, SnapshotDecision.OtherChain)]
    public void Fresh_snapshot_is_replaced_by_a_newer_block_of_the_same_chain_only(
        bool isSameChain, ulong block, SnapshotDecision expected) =>
        Assert.That(Check(Fresh, isSameChain, block, OneBlock), Is.EqualTo(expected));

    [TestCase(true, 99UL)]
    [TestCase(true, 101UL)]
    [TestCase(false, 1UL)]
    [TestCase(false, 100UL)]
    public void Stale_snapshot_is_replaced_by_any_fresh_block_of_any_chain(bool isSameChain, ulong block) => Assert.That(
        Check(Fresh with { IsFresh = false }, isSameChain, block, OneBlock), Is.EqualTo(SnapshotDecision.Accepted));

    [TestCase(100UL, SnapshotDecision.StandingStill)]
    [TestCase(101UL, SnapshotDecision.Lagging)]
    [TestCase(99UL, SnapshotDecision.OlderBlock)]
    public void Block_that_is_minutes_old_is_lagging_or_standing_still(ulong block, SnapshotDecision expected)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Check(Fresh, true, block, SnapshotAcceptance.MaxUsualAge + TimeSpan.FromTicks(1)), Is.EqualTo(expected));
            Assert.That(Check(Fresh, true, 100, SnapshotAcceptance.MaxUsualAge), Is.EqualTo(SnapshotDecision.Accepted));
        });
    }

    [TestCase(true, SnapshotDecision.StandingStill)]
    [TestCase(false, SnapshotDecision.Lagging)]
    public void Block_with_the_current_number_stands_still_on_the_same_chain_only(
        bool isSameChain, SnapshotDecision expected) => Assert.That(
        Check(Fresh with { IsFresh = false }, isSameChain, 100, SnapshotAcceptance.MaxUsualAge * 2), Is.EqualTo(expected));

    [Test]
    public void Lagging_block_of_the_first_reading_is_not_accepted_at_once() => Assert.That(
        Check(current: null, false, 1, SnapshotAcceptance.MaxUsualAge * 2), Is.EqualTo(SnapshotDecision.Lagging));

    [TestCase(null)]
    [TestCase(true)]
    [TestCase(false)]
    public void Block_older_than_the_staleness_is_never_accepted(bool? isFresh)
    {
        var current = isFresh is { } fresh ? Fresh with { IsFresh = fresh } : null;

        Assert.That(Check(current, true, 101, MaxStaleness + TimeSpan.FromTicks(1)), Is.EqualTo(SnapshotDecision.Stale));
        Assert.That(Check(current, true, 101, MaxStaleness), Is.EqualTo(SnapshotDecision.Lagging));
    }

    [TestCase(null)]
    [TestCase(true)]
    [TestCase(false)]
    public void Block_from_the_future_is_never_accepted(bool? isFresh)
    {
        var current = isFresh is { } fresh ? Fresh with { IsFresh = fresh } : null;

        Assert.That(
            Check(current, true, 101, -SnapshotAcceptance.MaxClockSkew - TimeSpan.FromTicks(1)), Is.EqualTo(SnapshotDecision.Future));
        Assert.That(Check(current, true, 101, -SnapshotAcceptance.MaxClockSkew), Is.EqualTo(SnapshotDecision.Accepted));
    }

    private static SnapshotDecision Check(CurrentSnapshot? current, bool isSameChain, ulong block, TimeSpan age) =>
        SnapshotAcceptance.Check(current, isSameChain, block, age, MaxStaleness);
}
