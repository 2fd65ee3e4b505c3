namespace S3Auth.Application.Service;

/// <summary>Request for the health of the service.</summary>
public sealed record GetHealthQuery : IRequest<Health>;

internal sealed class GetHealthHandler(
    StoreProbe probe,
    IObjectStore store,
    IStoreState storeState,
    IMetagraph metagraph,
    ISharedLimits limits,
    IAuditLog audit,
    FolderLayout layout,
    TimeProvider time,
    ServiceStart start)
    : IRequestHandler<GetHealthQuery, Health>
{
    public async Task<Health> Handle(GetHealthQuery request, CancellationToken cancellationToken)
    {
        var s3 = await probe.AskAsync(cancellationToken);
        var now = time.GetUtcNow();
        var found = StoreHealth.Of(storeState.Current);

        return new Health
        {
            Status = s3.Ok && found.IsWell && metagraph.Current is not null && limits.IsReachable is not false && audit.IsWriting ? "ok" : "degraded",
            Timestamp = now,
            Bucket = store.Info.Bucket,
            Region = store.Info.Region,
            FolderStructure = layout.Structure,
            S3Ok = s3.Ok,
            S3LatencyMs = s3.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 1) : null,
            Store = found,
            RedisOk = limits.IsReachable,
            AuditOk = audit.IsWriting,
            MetagraphSyncer = MetagraphHealth.Of(metagraph),
            Stats = new ServiceStats(start.Moment, (long)(now - start.Moment).TotalSeconds),
            Timeouts = new ServiceTimeouts(StoreProbe.Timeout.TotalSeconds, StoreProbe.Lifetime.TotalSeconds),
        };
    }
}
