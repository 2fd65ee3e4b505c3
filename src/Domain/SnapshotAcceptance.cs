namespace S3Auth.Domain;

/// <summary>
/// Decides whether a snapshot that was just read from the chain may replace the current one. While the current snapshot is fresh, neither
/// an older block nor another chain replaces it. Any other snapshot replaces a stale one. A block that has not changed for
/// <see cref="MaxBlockAge"/> is never accepted again: otherwise a chain that has stopped would look fresh.
/// </summary>
public static class SnapshotAcceptance
{
    /// <summary>
    /// How long the finalized block may stay the same. The chain makes a block every 12 s; a node that shows the same block for longer is
    /// not trusted.
    /// </summary>
    public static readonly TimeSpan MaxBlockAge = TimeSpan.FromMinutes(5);

    /// <param name="current">The current snapshot; null if there is none.</param>
    /// <param name="chain">The name of the chain that the new snapshot was read from.</param>
    /// <param name="block">The block of the new snapshot.</param>
    public static SnapshotDecision Check(CurrentSnapshot? current, string chain, ulong block) => current switch
    {
        null => SnapshotDecision.Accepted,
        _ when chain == current.Chain && block == current.Block && current.BlockAge > MaxBlockAge => SnapshotDecision.SameBlockTooLong,
        { IsFresh: false } => SnapshotDecision.Accepted,
        _ when chain != current.Chain => SnapshotDecision.OtherChain,
        _ when block < current.Block => SnapshotDecision.OlderBlock,
        _ => SnapshotDecision.Accepted,
    };
}

/// <summary>The current snapshot, as far as <see cref="SnapshotAcceptance"/> needs it.</summary>
/// <param name="Chain">The name of the chain.</param>
/// <param name="Block">The block at which it was read.</param>
/// <param name="BlockAge">How long this block has been the newest one.</param>
/// <param name="IsFresh">Whether requests may still be decided on it.</param>
public sealed record CurrentSnapshot(string Chain, ulong Block, TimeSpan BlockAge, bool IsFresh);

/// <summary>Whether a new snapshot replaces the current one, and otherwise why not.</summary>
public enum SnapshotDecision
{
    /// <summary>The new snapshot replaces the current one.</summary>
    Accepted,

    /// <summary>The finalized block has not changed for longer than <see cref="SnapshotAcceptance.MaxBlockAge"/>.</summary>
    SameBlockTooLong,

    /// <summary>The new snapshot is of another chain.</summary>
    OtherChain,

    /// <summary>The new snapshot is of an older block.</summary>
    OlderBlock,
}
