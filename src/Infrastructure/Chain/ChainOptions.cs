namespace S3Auth.Infrastructure.Chain;

/// <summary>Which subnet of which chain is followed, and how closely.</summary>
public sealed class ChainOptions
{
    /// <summary>The chain.</summary>
    public required ChainNetwork Network { get; init; }

    /// <summary>The subnet.</summary>
    public required ushort Netuid { get; init; }

    /// <summary>Where the last good snapshot is kept for the next start.</summary>
    public required string DataFolder { get; init; }

    /// <summary>From the start of one sync to the start of the next. Default 60 s.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How old a snapshot may be that requests are decided on. Default 1 h.</summary>
    public TimeSpan MaxStaleness { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long connecting to a node may take, name resolution and TLS included. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may take to answer one call, to the answer's last byte. Default 15 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// <see cref="SyncInterval"/>, shortened where <see cref="MaxStaleness"/> would otherwise pass between two syncs.
    /// </summary>
    internal TimeSpan EffectiveInterval => SyncInterval < MaxStaleness / 2 ? SyncInterval : MaxStaleness / 2;
}
