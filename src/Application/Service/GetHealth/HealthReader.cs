namespace S3Auth.Application.Service;

/// <summary>Collects the health of the service and of what it depends on.</summary>
internal sealed class HealthReader(
    StoreProbe probe,
    IObjectStore store,
    IStoreState storeState,
    IMetagraph metagraph,
    ISharedLimits limits,
    IAuditLog audit,
    IAccessRules access,
    FolderLayout layout,
    TimeProvider time,
    ServiceStart start)
{
    internal async Task<Health> ReadAsync(CancellationToken cancellationToken)
    {
        var s3 = await probe.GetAsync(cancellationToken);
        var now = time.GetUtcNow();
        var found = StoreHealth.Of(storeState.Current);
        var isHealthy = s3.Ok && found.IsHealthy && metagraph.Current is not null && limits.IsReachable is not false && audit.IsWriting
            && access.Problem is null;

        return new Health
        {
            Status = isHealthy ? "ok" : "degraded",
            Timestamp = now,
            Bucket = store.Info.Bucket,
            Region = store.Info.Region,
            FolderStructure = layout.Structure,
            S3Ok = s3.Ok,
            S3LatencyMs = s3.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 1) : null,
            Store = found,
            RedisOk = limits.IsReachable,
            AccessRulesProblem = access.Problem,
            AuditOk = audit.IsWriting,
            MetagraphSyncer = MetagraphHealth.Of(metagraph),
            Stats = new ServiceStats(start.Moment, (long)(now - start.Moment).TotalSeconds),
            Timeouts = new ServiceTimeouts(StoreProbe.Timeout.TotalSeconds, StoreProbe.Lifetime.TotalSeconds),
        };
    }
}
