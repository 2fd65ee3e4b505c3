namespace S3Auth.Application.Service;

/// <summary>How the service is. Nothing in it is secret.</summary>
public sealed record Health
{
    /// <summary>
    /// <c>ok</c>, or <c>degraded</c> when the store or Redis does not answer, the check of the store found a problem, there is no fresh metagraph, or
    /// decisions cannot be recorded.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>This server's time.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The bucket that holds the data.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region it is in.</summary>
    public required string Region { get; init; }

    /// <summary>A miner's folder with its variable parts in braces.</summary>
    public required string FolderStructure { get; init; }

    /// <summary>Whether the store answered.</summary>
    public required bool S3Ok { get; init; }

    /// <summary>How long its answer took, in milliseconds; null when it gave none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? S3LatencyMs { get; init; }

    /// <summary>What the check of the store found.</summary>
    public required StoreHealth Store { get; init; }

    /// <summary>Whether Redis answered; null where none is used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required bool? RedisOk { get; init; }

    /// <summary>Whether what is decided is also recorded.</summary>
    public required bool AuditOk { get; init; }

    /// <summary>How the metagraph stands.</summary>
    public required MetagraphHealth MetagraphSyncer { get; init; }

    /// <summary>How long this process has been up.</summary>
    public required ServiceStats Stats { get; init; }

    /// <summary>How long things may take here.</summary>
    public required ServiceTimeouts Timeouts { get; init; }
}

/// <param name="StartedAt">When this process started.</param>
/// <param name="UptimeSeconds">How long ago that is.</param>
public sealed record ServiceStats(DateTimeOffset StartedAt, long UptimeSeconds);

/// <param name="S3Seconds">How long the health check waits for the store.</param>
/// <param name="HealthCacheSeconds">How long an answer of the store counts for later health checks.</param>
public sealed record ServiceTimeouts(double S3Seconds, double HealthCacheSeconds);
