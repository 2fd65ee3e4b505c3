namespace S3Auth.Application.Ports;

/// <summary>The current metagraph. Reading it never waits for the chain.</summary>
public interface IMetagraph
{
    /// <summary>The network's name, for people: <c>finney</c>, <c>test</c>, <c>static</c>, or what the chain calls itself.</summary>
    string Network { get; }

    /// <summary>The configured subnet.</summary>
    ushort Netuid { get; }

    /// <summary>
    /// The newest snapshot; null if there is none, or if its block is older than the maximum staleness.
    /// </summary>
    Metagraph? Current { get; }

    /// <summary>
    /// Requests a newer snapshot, because a hotkey is not in this one but may have been registered since. Returns at once. However often it
    /// is called, the chain is read at most once more per block.
    /// </summary>
    void RefreshSoon();

    /// <summary>Returns the state of the snapshot, for operators.</summary>
    MetagraphState Describe();
}

/// <summary>The state of the metagraph, for operators. Contains no secret.</summary>
/// <param name="Synchronised">Whether it is read from a chain; false for a static metagraph.</param>
/// <param name="Block">The block of the snapshot; null if there is no snapshot.</param>
/// <param name="Hotkeys">The number of registered hotkeys; 0 if there is no snapshot.</param>
/// <param name="LastSync">When the snapshot was read; null if there is no snapshot.</param>
/// <param name="Age">The age of the snapshot's block, by the block's own time; null if there is no snapshot.</param>
/// <param name="Endpoint">The node that it is read from, without path and query; null if no node answers or there is no chain.</param>
/// <param name="LastError">Why the last attempt to read the chain failed, without secrets; null if it succeeded.</param>
public sealed record MetagraphState(
    bool Synchronised, ulong? Block, int Hotkeys, DateTimeOffset? LastSync, TimeSpan? Age, string? Endpoint, string? LastError)
{
    /// <summary>The block's own time; null if there is no snapshot.</summary>
    public DateTimeOffset? BlockTime { get; init; }

    /// <summary>The version of the chain's runtime at the block; null if unknown.</summary>
    public uint? SpecVersion { get; init; }

    /// <summary>Problems that need attention although the metagraph is in use, one sentence each, without secrets.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
