using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Counts grants and files of all instances in Redis. One script compares and counts, so that it is atomic. While Redis is down, this
/// instance continues from the last known counts, and adds its own counts to Redis when Redis is back.
/// </summary>
internal sealed class RedisQuota(RedisCommands redis, MemoryQuota memory) : IQuota
{
    // KEYS: the counters. ARGV: when they expire, then for each counter its cost, its limit and its debt.
    private const string TakeScript =
        """
        local counts = {}
        local granted = 1
        for i, key in ipairs(KEYS) do
          local cost, limit, debt = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
          counts[i] = math.max(0, tonumber(redis.call('GET', key) or 0) + debt)
          if cost > 0 and counts[i] + cost > limit then granted = 0 end
        end
        for i, key in ipairs(KEYS) do
          counts[i] = counts[i] + granted * tonumber(ARGV[3 * i - 1])
          redis.call('SET', key, string.format('%d', counts[i]))
          redis.call('EXPIREAT', key, ARGV[1])
        end
        return {granted, unpack(counts)}
        """;

    // KEYS: the counters. ARGV: the cost at each counter. DECRBY keeps the expiry of a counter.
    private const string RefundScript =
        """
        for i, key in ipairs(KEYS) do
          local refund = math.min(tonumber(redis.call('GET', key) or 0), tonumber(ARGV[i]))
          if refund > 0 then redis.call('DECRBY', key, string.format('%d', refund)) end
        end
        return 0
        """;

    // The clock of another instance may still be in the day before.
    private static readonly TimeSpan LifetimeAfterDay = TimeSpan.FromHours(1);

    public async ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken)
    {
        var debt = memory.TakeDebt(request);
        var isPaid = false;
        try
        {
            var (answered, counters) = await redis.EvaluateAsync(TakeScript, KeysOf(request), ArgumentsOf(request, debt));
            if (answered && (long[]?)counters is [var granted, var totalUsed, var used, .. var files])
            {
                isPaid = true;
                var count = new QuotaCount(granted == 1, used, files is [var filesUsed] ? filesUsed : 0, totalUsed, IsShared: true);
                memory.SetShared(request, count);
                return count;
            }
        }
        finally
        {
            if (!isPaid)
            {
                memory.RestoreDebt(request, debt);
            }
        }

        return memory.Take(request);
    }

    public void Refund(QuotaRequest request, QuotaCount taken)
    {
        // The memory keeps the refund of a shared count as a negative debt until Redis is back.
        if (!taken.IsShared || !redis.Evaluate(RefundScript, KeysOf(request), RefundsOf(request)))
        {
            memory.Refund(request, taken);
        }
    }

    public async ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken)
    {
        var (answered, total) = await redis.ReadAsync(TotalOf(day));
        return answered && total.TryParse(out long count) ? count : answered && total.IsNull ? 0 : memory.Total(day);
    }

    // The braces are a hash tag: a Redis cluster keeps all counters in one slot.
    private RedisKey[] KeysOf(QuotaRequest request)
    {
        var day = DayOf(request.Day);
        RedisKey grants = $"{day}{request.Kind.ToName()}:{request.Hotkey}";
        return request.FileLimit is null ? [TotalOf(request.Day), grants] : [TotalOf(request.Day), grants, $"{day}files:{request.Hotkey}"];
    }

    private static RedisValue[] ArgumentsOf(QuotaRequest request, QuotaDebt debt)
    {
        var (grants, files) = request.Cost;
        RedisValue[] arguments =
        [
            (request.Day.End + LifetimeAfterDay).ToUnixTimeSeconds(),
            grants, request.TotalLimit, debt.Total,
            grants, request.Limit, debt.Grants,
        ];
        return request.FileLimit is { } limit ? [.. arguments, files, limit, debt.Files] : arguments;
    }

    private static RedisValue[] RefundsOf(QuotaRequest request)
    {
        var (grants, files) = request.Cost;
        return request.FileLimit is null ? [grants, grants] : [grants, grants, files];
    }

    private RedisKey TotalOf(UtcDay day) => DayOf(day) + "total";

    private string DayOf(UtcDay day) => $"{redis.KeyPrefix}quota:{{{day}}}:";
}
