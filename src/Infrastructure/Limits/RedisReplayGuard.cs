using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Remembers used proofs in Redis, for all instances, and here as well: what this instance has seen is refused here also while Redis
/// is away, and what it saw meanwhile also after that.
/// </summary>
internal sealed class RedisReplayGuard(RedisLink redis, MemoryReplayGuard memory, TimeProvider time) : IReplayGuard
{
    // By how much the clocks of instances may differ: a proof that has ended for one may still be good for another.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(2);

    public async ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken)
    {
        var here = memory.Use(proof);
        if (here == ProofUse.Repeated)
        {
            return here;
        }

        RedisKey key = $"{redis.KeyPrefix}proof:{proof.Key}";
        var lifetime = proof.Until - time.GetUtcNow() + ClockDifference;
        var (answered, isFirst) = await redis.AskAsync(database => database.StringSetAsync(key, 1, lifetime, When.NotExists));
        return !answered ? here : isFirst ? ProofUse.First : ProofUse.Repeated;
    }
}
