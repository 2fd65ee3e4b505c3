using StackExchange.Redis;

namespace S3Auth.Infrastructure.WarmUp;

/// <summary>
/// In-memory replay guard and quota for the warm-up. To warm up the code that waits for Redis, each use of a proof and each request for
/// quota first sends a command to the service's Redis and waits for the answer. The commands write nothing.
/// </summary>
internal sealed class RedisExercise(RedisLink redis, MemoryReplayGuard guard, MemoryQuota quota) : IReplayGuard, IQuota
{
    // Returns an array, like the script of RedisQuota.
    private const string Script = "return {1, 0, 0, 0}";

    public async ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken)
    {
        // There is no such key, so this writes nothing.
        await redis.TryExecuteAsync(database => database.StringSetAsync(
            $"{redis.KeyPrefix}warm-up", 1, TimeSpan.FromMinutes(1), When.Exists));
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
