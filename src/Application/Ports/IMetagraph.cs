namespace S3Auth.Application.Ports;

/// <summary>The chain's answer to who is registered. Reading it never waits for the chain.</summary>
public interface IMetagraph
{
    /// <summary>The network's name, for humans: <c>finney</c>, <c>test</c>, <c>static</c>, or what the chain calls itself.</summary>
    string Network { get; }

    /// <summary>The configured subnet.</summary>
    ushort Netuid { get; }

    /// <summary>
    /// The newest snapshot that may still be decided on; null while there is none, or when it is older than the allowed
    /// staleness.
    /// </summary>
    Metagraph? Current { get; }

    /// <summary>
    /// Asks for a newer snapshot because a hotkey is not in this one: it may have been registered a moment ago. Returns at once.
    /// However often it is called, it adds at most one reading of the chain per block.
    /// </summary>
    void RefreshSoon();

    /// <summary>How the snapshot stands, for operators.</summary>
    MetagraphState Describe();
}

/// <summary>How the metagraph stands, for operators. Never holds a secret: everyone may see it.</summary>
/// <param name="Synchronised">Whether it follows a chain; false for a static one.</param>
/// <param name="Block">The snapshot's block; null while there is none.</param>
/// <param name="Hotkeys">Registered hotkeys in the snapshot; 0 while there is none.</param>
/// <param name="LastSync">When the snapshot was read; null while there is none.</param>
/// <param name="Age">How long ago that is; null while there is none.</param>
/// <param name="Endpoint">The node it is read from, without path and query; null while none answers, or where there is no chain.</param>
/// <param name="LastError">Why the last attempt failed, in words without secrets; null when it did not.</param>
public sealed record MetagraphState(
    bool Synchronised, ulong? Block, int Hotkeys, DateTimeOffset? LastSync, TimeSpan? Age, string? Endpoint, string? LastError);
