namespace S3Auth.Application.Service;

/// <summary>How the metagraph stands.</summary>
/// <param name="Enabled">Whether it follows a chain; false for a static metagraph.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="Network">The network's name.</param>
/// <param name="Block">The block it was read at; null while there is none.</param>
/// <param name="HotkeysCount">Registered hotkeys.</param>
/// <param name="LastSync">When it was read; null while there is none.</param>
/// <param name="AgeSeconds">How long ago that is; null while there is none.</param>
/// <param name="Endpoint">The node it is read from; null while none answers, or where there is no chain.</param>
/// <param name="LastError">Why the last attempt to read it failed; null when it did not.</param>
public sealed record MetagraphHealth(
    bool Enabled,
    ushort Netuid,
    string Network,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong? Block,
    int HotkeysCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? LastSync,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? AgeSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Endpoint,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? LastError)
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
            state.Age is { } age ? Math.Max(0, (long)age.TotalSeconds) : null,
            state.Endpoint,
            state.LastError);
    }
}
