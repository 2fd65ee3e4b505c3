using StackExchange.Redis;
using Role = S3Auth.Domain.Role;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Counts grants in Redis, for all instances: comparing and counting is one script, which Redis runs without another in between. While
/// Redis is away this instance counts on from what it last heard, and tells what it counted when Redis is back.
/// </summary>
internal sealed class RedisQuota(RedisLink redis, MemoryQuota memory) : IQuota
{
    // KEYS: the hotkey's counter, that of all. ARGV: their limits, what was counted elsewhere of each, when the counters may be forgotten.
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

    private const string GiveBackScript =
        """
        for _, key in ipairs(KEYS) do
          if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
        end
        return 0
        """;

    // Sent as a whole each time: a Redis that was restarted does not know scripts by their hash any more.
    private const CommandFlags Whole = CommandFlags.NoScriptCache;

    // Another instance's clock may still be in the day that ended here.
    private static readonly TimeSpan KeptAfterTheDay = TimeSpan.FromHours(1);

    public async ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken)
    {
        var debt = memory.TakeDebt(request);
        var told = false;
        try
        {
            var (answered, counters) = await redis.AskAsync(database => database.ScriptEvaluateAsync(
                TakeScript,
                KeysOf(request),
                [request.Limit, request.TotalLimit, debt.Own, debt.Total, (request.Day.End + KeptAfterTheDay).ToUnixTimeSeconds()],
                Whole));
            if (answered && (long[]?)counters is [var granted, var used, var totalUsed])
            {
                told = true;
                memory.Learn(request, used, totalUsed);
                return new QuotaCount(granted == 1, used, totalUsed, IsShared: true);
            }
        }
        finally
        {
            if (!told)
            {
                memory.PutDebt(request, debt);
            }
        }

        return memory.Take(request);
    }

    public void GiveBack(QuotaRequest request, QuotaCount taken)
    {
        if (taken.IsShared)
        {
            redis.Tell(database => database.ScriptEvaluateAsync(GiveBackScript, KeysOf(request), flags: Whole));
        }
        else
        {
            memory.GiveBack(request, taken);
        }
    }

    public async ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken)
    {
        var (answered, total) = await redis.LookAsync(database => database.StringGetAsync(TotalOf(day)));
        return answered && total.TryParse(out long count) ? count : answered && total.IsNull ? 0 : memory.Total(day);
    }

    // The part in braces makes a cluster keep both counters of a script in one place.
    private RedisKey[] KeysOf(QuotaRequest request) =>
        [$"{DayOf(request.Day)}{(request.Role == Role.Validator ? "validator" : "miner")}:{request.Hotkey}", TotalOf(request.Day)];

    private RedisKey TotalOf(UtcDay day) => DayOf(day) + "total";

    private string DayOf(UtcDay day) => $"{redis.KeyPrefix}quota:{{{day}}}:";
}
