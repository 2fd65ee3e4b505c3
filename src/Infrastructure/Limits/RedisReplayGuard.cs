namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Remembers used proofs of all instances in Redis, and those of this instance also in memory. So this instance refuses a replay even
/// while Redis is down, and even after Redis lost its data.
/// </summary>
internal sealed class RedisReplayGuard(RedisCommands redis, MemoryReplayGuard memory, TimeProvider time) : IReplayGuard
{
    // The clocks of instances may differ, so a proof that has expired for one instance may still be valid for another.
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(2);

    public async ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken)
    {
        var here = memory.Use(proof);
        if (here == ProofUse.Repeated)
        {
            return here;
        }

        var lifetime = proof.Until - time.GetUtcNow() + MaxClockSkew;
        var (answered, isFirst) = await redis.AddAsync($"{redis.KeyPrefix}proof:{proof.Key}", lifetime);
        return !answered ? here : isFirst ? ProofUse.First : ProofUse.Repeated;
    }
}
