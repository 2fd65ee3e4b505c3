namespace S3Auth.Domain;

/// <summary>
/// Decides whether a new snapshot may replace the current one. The age of a snapshot is the age of its block, by the block's own time.
/// Refuses a snapshot that is older than the maximum staleness, or from the future. While the current snapshot is fresh, also refuses an
/// older block and another chain. Accepts a block older than <see cref="MaxUsualAge"/> only if no node has a newer one.
/// </summary>
public static class SnapshotAcceptance
{
    /// <summary>The maximum usual age of a node's newest block: 5 minutes. The chain makes a block every 12 s.</summary>
    public static readonly TimeSpan MaxUsualAge = TimeSpan.FromMinutes(5);

    /// <summary>The maximum time by which a block may be ahead of the server's clock: 1 minute.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Decides whether a new snapshot replaces the current one.</summary>
    /// <param name="current">The current snapshot; null if there is none.</param>
    /// <param name="isSameChain">Whether the new snapshot is of the same chain as the current one.</param>
    /// <param name="block">The block of the new snapshot.</param>
    /// <param name="age">The age of that block; negative if its time is in the future.</param>
    /// <param name="maxStaleness">The maximum age of a snapshot that requests may use.</param>
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

/// <summary>The part of the current snapshot that <see cref="SnapshotAcceptance"/> needs.</summary>
/// <param name="Block">The block at which it was read.</param>
/// <param name="IsFresh">Whether requests may still use it.</param>
public sealed record CurrentSnapshot(ulong Block, bool IsFresh);

/// <summary>Whether a new snapshot replaces the current one; if not, the reason.</summary>
public enum SnapshotDecision
{
    /// <summary>The new snapshot replaces the current one.</summary>
    Accepted,

    /// <summary>The new snapshot replaces the current one unless another node has a newer block.</summary>
    Lagging,

    /// <summary>The newest block is the block of the current snapshot, and older than the usual age.</summary>
    StandingStill,

    /// <summary>The block is older than the maximum staleness.</summary>
    Stale,

    /// <summary>The block's time is in the future, so either the block or the server's clock is wrong.</summary>
    Future,

    /// <summary>The new snapshot is of another chain.</summary>
    OtherChain,

    /// <summary>The new snapshot is of an older block.</summary>
    OlderBlock,
}
