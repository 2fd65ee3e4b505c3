using StackExchange.Redis;
using Role = S3Auth.Domain.Role;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Counts grants of all instances in Redis. One script compares and counts, so that it is atomic. While Redis is down, this instance
/// continues from the last known counts, and adds its own grants to Redis when Redis is back.
/// </summary>
internal sealed class RedisQuota(RedisLink redis, MemoryQuota memory) : IQuota
{
    // KEYS: the hotkey's counter, the total counter. ARGV: their limits, their debts, when the counters expire.
    private const string TakeScript =
        """
        local used = tonumber(redis.call('GET', KEYS[1]) or 0) + tonumber(ARGV[3])
        local total = tonumber(redis.call('GET', KEYS[2]) or 0) + tonumber(ARGV[4])
        local granted = 0
        if used < tonumber(ARGV[1]) and total < tonumber(ARGV[2]) then granted = 1 end
        used = used + granted
        total = total + granted
        redis.call('SET', KEYS[1], string.format('%d', used))
        redis.call('SET', KEYS[2], string.format('%d', total))
        redis.call('EXPIREAT', KEYS[1], ARGV[5])
        redis.call('EXPIREAT', KEYS[2], ARGV[5])
        return {granted, used, total}
        """;

    private const string RefundScript =
        """
        for _, key in ipairs(KEYS) do
          if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
        end
        return 0
        """;

    // Sends the whole script each time, because a restarted Redis does not know scripts by their hash.
    private const CommandFlags WholeScript = CommandFlags.NoScriptCache;

    // The clock of another instance may still be in the day before.
    private static readonly TimeSpan LifetimeAfterDay = TimeSpan.FromHours(1);

    public async ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken)
    {
        var debt = memory.TakeDebt(request);
        var isPaid = false;
        try
        {
            var (answered, counters) = await redis.ExecuteAsync(database => database.ScriptEvaluateAsync(
                TakeScript,
                KeysOf(request),
                [request.Limit, request.TotalLimit, debt.Own, debt.Total, (request.Day.End + LifetimeAfterDay).ToUnixTimeSeconds()],
                WholeScript));
            if (answered && (long[]?)counters is [var granted, var used, var totalUsed])
            {
                isPaid = true;
                memory.SetShared(request, used, totalUsed);
                return new QuotaCount(granted == 1, used, totalUsed, IsShared: true);
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
        if (taken.IsShared)
        {
            redis.FireAndForget(database => database.ScriptEvaluateAsync(RefundScript, KeysOf(request), flags: WholeScript));
        }
        else
        {
            memory.Refund(request, taken);
        }
    }

    public async ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken)
    {
        var (answered, total) = await redis.TryExecuteAsync(database => database.StringGetAsync(TotalOf(day)));
        return answered && total.TryParse(out long count) ? count : answered && total.IsNull ? 0 : memory.Total(day);
    }

    // The braces are a hash tag: a Redis cluster keeps both counters in one slot.
    private RedisKey[] KeysOf(QuotaRequest request) =>
        [$"{DayOf(request.Day)}{(request.Role == Role.Validator ? "validator" : "miner")}:{request.Hotkey}", TotalOf(request.Day)];

    private RedisKey TotalOf(UtcDay day) => DayOf(day) + "total";

    private string DayOf(UtcDay day) => $"{redis.KeyPrefix}quota:{{{day}}}:";
}
