namespace S3Auth.Application.Service;

/// <summary>The state of the metagraph.</summary>
/// <param name="Enabled">Whether the server reads it from a chain. False for a metagraph from a file.</param>
/// <param name="Netuid">The number of the subnet.</param>
/// <param name="Network">The name of the network.</param>
/// <param name="Block">The block at which it was read. Null if it was never read.</param>
/// <param name="HotkeysCount">The number of registered hotkeys.</param>
/// <param name="LastSync">The time at which it was read. Null if it was never read.</param>
/// <param name="BlockTime">The block's own time. Null if it was never read, or if there is no chain.</param>
/// <param name="AgeSeconds">The age of the block in seconds. Null if it was never read.</param>
/// <param name="SpecVersion">The version of the chain's runtime. Null if unknown.</param>
/// <param name="Endpoint">The node that it is read from. Null if no node answers, or if there is no chain.</param>
/// <param name="LastError">Why the last attempt to read it failed. Null if it succeeded.</param>
/// <param name="Warnings">Problems that need attention although it is in use, such as a node that disagrees with the others.</param>
public sealed record MetagraphHealth(
    bool Enabled,
    ushort Netuid,
    string Network,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong? Block,
    int HotkeysCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? LastSync,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? BlockTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? AgeSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] uint? SpecVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Endpoint,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? LastError,
    IReadOnlyList<string> Warnings)
{
    internal static MetagraphHealth Of(IMetagraph metagraph)
    {
        var state = metagraph.Describe();
        return new MetagraphHealth(
            state.Synchronised,
            metagraph.Netuid,
            metagraph.Network,
            state.Block,
            state.Hotkeys,
            state.LastSync,
            state.BlockTime,
            state.Age is { } age ? Math.Max(0, (long)age.TotalSeconds) : null,
            state.SpecVersion,
            state.Endpoint,
            state.LastError,
            state.Warnings);
    }
}
