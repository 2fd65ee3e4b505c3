namespace S3Auth.Domain.Tests;

public sealed class SnapshotAcceptanceTests
{
    private static readonly CurrentSnapshot Fresh = new("Bittensor", 100, TimeSpan.FromSeconds(12), IsFresh: true);

    [Test]
    public void First_snapshot_is_accepted() =>
        Assert.That(SnapshotAcceptance.Check(current: null, "Bittensor", 1), Is.EqualTo(SnapshotDecision.Accepted));

    [TestCase("Bittensor", 101UL, SnapshotDecision.Accepted)]
    [TestCase("Bittensor", 100UL, SnapshotDecision.Accepted)]
    [TestCase("Bittensor", 99UL, SnapshotDecision.OlderBlock)]
    [TestCase("Other", 99UL, SnapshotDecision.OtherChain)]
    [TestCase("Other", 101UL, SnapshotDecision.OtherChain)]
    [TestCase("bittensor", 101UL, SnapshotDecision.OtherChain)]
    public void Fresh_snapshot_is_replaced_by_a_newer_block_of_the_same_chain_only(string chain, ulong block, SnapshotDecision expected) =>
        Assert.That(SnapshotAcceptance.Check(Fresh, chain, block), Is.EqualTo(expected));

    [TestCase("Bittensor", 99UL)]
    [TestCase("Bittensor", 101UL)]
    [TestCase("Other", 1UL)]
    public void Stale_snapshot_is_replaced_by_any_other_block_or_chain(string chain, ulong block)
    {
        var stale = Fresh with { IsFresh = false, BlockAge = TimeSpan.FromHours(1) };

        Assert.That(SnapshotAcceptance.Check(stale, chain, block), Is.EqualTo(SnapshotDecision.Accepted));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Same_block_is_rejected_once_it_has_been_the_newest_for_too_long(bool isFresh)
    {
        var current = Fresh with { IsFresh = isFresh, BlockAge = SnapshotAcceptance.MaxBlockAge };
        var older = current with { BlockAge = SnapshotAcceptance.MaxBlockAge + TimeSpan.FromTicks(1) };

        Assert.Multiple(() =>
        {
            Assert.That(SnapshotAcceptance.Check(current, "Bittensor", 100), Is.EqualTo(SnapshotDecision.Accepted));
            Assert.That(SnapshotAcceptance.Check(older, "Bittensor", 100), Is.EqualTo(SnapshotDecision.SameBlockTooLong));
        });
    }

    [Test]
    public void Equal_block_number_of_another_chain_is_not_the_same_block()
    {
        var current = Fresh with { IsFresh = false, BlockAge = TimeSpan.FromHours(1) };

        Assert.That(SnapshotAcceptance.Check(current, "Other", 100), Is.EqualTo(SnapshotDecision.Accepted));
    }
}
