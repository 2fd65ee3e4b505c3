using StackExchange.Redis;

namespace S3Auth.Infrastructure.WarmUp;

/// <summary>
/// A replay guard and a quota in memory that also send the service's Redis a command of the same kind, and wait for its answer. So the code
/// of requests that wait for Redis gets warm. The commands write nothing.
/// </summary>
internal sealed class RedisExercise(RedisLink redis, MemoryReplayGuard guard, MemoryQuota quota) : IReplayGuard, IQuota
{
    // Returns as many numbers as the script of RedisQuota, which also sends its own text each time.
    private const string Script = "return {1, 0, 0, 0}";

    public async ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken)
    {
        await redis.TryExecuteAsync(database => database.StringSetAsync(
            $"{redis.KeyPrefix}warm-up", 1, TimeSpan.FromSeconds(1), When.Exists));
        return guard.Use(proof);
    }

    public async ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken)
    {
        await redis.TryExecuteAsync(database => database.ScriptEvaluateAsync(Script, [], [1, 2, 3], CommandFlags.NoScriptCache));
        return quota.Take(request);
    }

    public void Refund(QuotaRequest request, QuotaCount taken) => quota.Refund(request, taken);

    public ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken) => quota.CountAsync(day, cancellationToken);
}
