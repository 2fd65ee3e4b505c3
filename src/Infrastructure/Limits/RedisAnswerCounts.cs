using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Request outcomes of all instances, in Redis: one hash per hour, which expires after a day. Each instance writes its changed counters
/// every few seconds and when it stops, and all of its counters regularly and after Redis was down. It writes totals, not
/// differences, so that writing twice is harmless and lost data comes back. No request waits for this.
/// </summary>
internal sealed partial class RedisAnswerCounts(
    RedisLink redis,
    RecentAnswers answers,
    TimeProvider time,
    ILogger<RedisAnswerCounts> log) : BackgroundService, ISharedAnswers
{
    /// <summary>The time between two writes.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private const int MinutesPerHour = 60;

    // Every 150th write, every five minutes, is of all counters.
    private const int WritesPerFullWrite = 150;

    // Far above any real count, and low enough that sums do not overflow.
    private const long MaxPerMinute = 1_000_000_000_000;

    // KEYS: the key of the hour. ARGV: when it expires, then pairs of field and value.
    private const string SetScript =
        """
        for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('EXPIREAT', KEYS[1], ARGV[1])
        return 1
        """;

    // A day, the hour in which it begins, and an hour for clocks that differ.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(26);

    private readonly string _instance = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private int _writes;

    public async ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken)
    {
        var hours = Enumerable.Range(0, (int)(HourOf(lastMinute) - HourOf(firstMinute)) + 1).Select(i => HourOf(firstMinute) + i).ToList();
        var (answered, entries) = await redis.TryExecuteAsync(database =>
            Task.WhenAll(hours.Select(hour => database.HashGetAllAsync(KeyOf(hour)))));
        return answered
            ? [.. entries!.SelectMany(hour => hour).Select(Parse).Where(count => count.Minute >= firstMinute && count.Minute <= lastMinute)]
            : null;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await WriteAsync();
        }
    }

    // A failure of these statistics must not stop the service.
    private async Task WriteAsync()
    {
        try
        {
            var all = _writes++ % WritesPerFullWrite == 0 ? answers.Read() : answers.ReadUnpublished();
            foreach (var hour in all.GroupBy(one => HourOf(one.Minute)))
            {
                if (!await WriteAsync(hour.Key, [.. hour]))
                {
                    // Redis may have lost its data, so the next write is of all counters.
                    _writes = 0;
                    return;
                }
            }
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    private async Task<bool> WriteAsync(long hour, List<AnswerCount> counts)
    {
        var expiry = DateTimeOffset.FromUnixTimeSeconds(hour * MinutesPerHour * 60) + KeyLifetime;
        RedisValue[] arguments = [expiry.ToUnixTimeSeconds(), .. counts.SelectMany(one => new RedisValue[] { FieldOf(one), one.Count })];
        var (written, _) = await redis.TryExecuteAsync(database =>
            database.ScriptEvaluateAsync(SetScript, [KeyOf(hour)], arguments, CommandFlags.NoScriptCache));
        if (written)
        {
            answers.MarkPublished(counts);
        }

        return written;
    }

    private static long HourOf(long minute) => minute / MinutesPerHour;

    private RedisKey KeyOf(long hour) => string.Create(CultureInfo.InvariantCulture, $"{redis.KeyPrefix}answers:{hour}");

    private string FieldOf(AnswerCount one) => string.Create(CultureInfo.InvariantCulture, $"{one.Minute}:{one.Answer}:{_instance}");

    // An entry that cannot be parsed gets minute -1, which no caller requests.
    private static AnswerCount Parse(HashEntry entry) =>
        ((string?)entry.Name)?.Split(':') is [var minute, var answer, _]
        && long.TryParse(minute, CultureInfo.InvariantCulture, out var number)
        && entry.Value.TryParse(out long count)
        && count is > 0 and <= MaxPerMinute
            ? new AnswerCount(number, answer, count)
            : new AnswerCount(-1, "", 0);

    [LoggerMessage(LogLevel.Error, "Could not write request outcomes to Redis")]
    private partial void LogFailed(Exception failure);
}
