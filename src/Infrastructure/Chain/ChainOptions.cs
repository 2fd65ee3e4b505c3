namespace S3Auth.Infrastructure.Chain;

/// <summary>Which subnet of which chain the server reads, and how often.</summary>
public sealed class ChainOptions
{
    /// <summary>The chain.</summary>
    public required ChainNetwork Network { get; init; }

    /// <summary>The subnet.</summary>
    public required ushort Netuid { get; init; }

    /// <summary>The folder for the last snapshot and the metadata of runtimes, which the next start uses.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The time between the starts of two syncs. Default 60 s.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The maximum age of the snapshot's block, by the block's own time. Default 1 h.</summary>
    public TimeSpan MaxStaleness { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Which block the metagraph is read at. Default: the newest finalized one.</summary>
    public MetagraphHead Head { get; init; } = MetagraphHead.Finalized;

    /// <summary>
    /// How many nodes must give the same answer about the same block. Default 1: the server believes the first node that answers.
    /// </summary>
    public int NodesThatAgree { get; init; } = 1;

    /// <summary>The time that connecting to a node may take, including DNS and TLS. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time that a node may take for one call, up to the answer's last byte. Default 15 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// <see cref="SyncInterval"/>, but at most half of <see cref="MaxStaleness"/>, so that a snapshot does not expire between two syncs.
    /// </summary>
    internal TimeSpan EffectiveInterval => SyncInterval < MaxStaleness / 2 ? SyncInterval : MaxStaleness / 2;
}
