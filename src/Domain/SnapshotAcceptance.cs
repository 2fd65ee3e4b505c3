namespace S3Auth.Domain;

/// <summary>
/// Decides whether a snapshot that was just read from the chain may replace the current one. Its age is that of its block, by the block's
/// own time. No snapshot that is too old to decide on is accepted, and none from the future. While the current snapshot is fresh, neither
/// an older block nor another chain replaces it. A block that is some minutes old is accepted only if no node has a newer one.
/// </summary>
public static class SnapshotAcceptance
{
    /// <summary>The age up to which a node's newest block is normal. The chain makes a block every 12 s.</summary>
    public static readonly TimeSpan MaxUsualAge = TimeSpan.FromMinutes(5);

    /// <summary>How far a block's time may be ahead of the server's clock.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    /// <param name="current">The current snapshot; null if there is none.</param>
    /// <param name="isSameChain">Whether the new snapshot is of the same chain as the current one.</param>
    /// <param name="block">The block of the new snapshot.</param>
    /// <param name="age">The age of that block; negative if its time is in the future.</param>
    /// <param name="maxStaleness">The age up to which requests are decided on a snapshot.</param>
    public static SnapshotDecision Check(
        CurrentSnapshot? current, bool isSameChain, ulong block, TimeSpan age, TimeSpan maxStaleness) => current switch
        {
            _ when age < -MaxClockSkew => SnapshotDecision.Future,
            _ when age > maxStaleness => SnapshotDecision.Stale,
            { IsFresh: true } when !isSameChain => SnapshotDecision.OtherChain,
            { IsFresh: true } when block < current.Block => SnapshotDecision.OlderBlock,
            not null when isSameChain && block == current.Block && age > MaxUsualAge => SnapshotDecision.StandingStill,
            _ when age > MaxUsualAge => SnapshotDecision.Lagging,
            _ => SnapshotDecision.Accepted,
        };
}

/// <summary>The current snapshot, as far as <see cref="SnapshotAcceptance"/> needs it.</summary>
/// <param name="Block">The block at which it was read.</param>
/// <param name="IsFresh">Whether requests may still be decided on it.</param>
public sealed record CurrentSnapshot(ulong Block, bool IsFresh);

/// <summary>Whether a new snapshot replaces the current one, and otherwise why not.</summary>
public enum SnapshotDecision
{
    /// <summary>The new snapshot replaces the current one.</summary>
    Accepted,

    /// <summary>The new snapshot replaces the current one unless another node has a newer block.</summary>
    Lagging,

    /// <summary>The newest block is the current one, and some minutes old.</summary>
    StandingStill,

    /// <summary>The block is older than requests may be decided on.</summary>
    Stale,

    /// <summary>The block's time is in the future, so either the block or the server's clock is wrong.</summary>
    Future,

    /// <summary>The new snapshot is of another chain.</summary>
    OtherChain,

    /// <summary>The new snapshot is of an older block.</summary>
    OlderBlock,
}
