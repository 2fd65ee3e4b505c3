namespace S3Auth.Application.Service;

/// <summary>The health of the service. It contains no secrets.</summary>
public sealed record Health
{
    /// <summary>
    /// <c>ok</c>, or <c>degraded</c> if the store or Redis does not answer, if a check of the store found a problem, if the metagraph is
    /// missing or too old, if the edited access rules are invalid, or if the audit log cannot be written.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>The server's time.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region of the bucket.</summary>
    public required string Region { get; init; }

    /// <summary>The path of a miner's folder, with variable parts in braces.</summary>
    public required string FolderStructure { get; init; }

    /// <summary>Whether the store answered.</summary>
    public required bool S3Ok { get; init; }

    /// <summary>The time that the store took to answer, in milliseconds. Null if it did not answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? S3LatencyMs { get; init; }

    /// <summary>The findings of the last check of the store.</summary>
    public required StoreHealth Store { get; init; }

    /// <summary>Whether Redis answered. Null if no Redis is configured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required bool? RedisOk { get; init; }

    /// <summary>The problem of the operator's last change to the access rules. Absent if there is none.</summary>
    public string? AccessRulesProblem { get; init; }

    /// <summary>Whether audit records can be written.</summary>
    public required bool AuditOk { get; init; }

    /// <summary>The state of the metagraph.</summary>
    public required MetagraphHealth MetagraphSyncer { get; init; }

    /// <summary>The start and uptime of this process.</summary>
    public required ServiceStats Stats { get; init; }

    /// <summary>The timeouts of the health check.</summary>
    public required ServiceTimeouts Timeouts { get; init; }
}

/// <param name="StartedAt">The start of this process.</param>
/// <param name="UptimeSeconds">The seconds since then.</param>
public sealed record ServiceStats(DateTimeOffset StartedAt, long UptimeSeconds);

/// <param name="S3Seconds">The seconds that the health check waits for the store.</param>
/// <param name="HealthCacheSeconds">The seconds that the answer of the store is cached.</param>
public sealed record ServiceTimeouts(double S3Seconds, double HealthCacheSeconds);
