using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Keeps in Redis what each instance answered, an hour in one hash, forgotten after a day, so that any of them can add it up. Each tells what
/// changed every few seconds and when it stops, and all of it once in a while and after Redis was away: it says how often in all, so
/// that what is told twice counts once, and what Redis lost comes back. No request waits for any of it.
/// </summary>
internal sealed partial class RedisAnswers(RedisLink redis, RecentAnswers answers, TimeProvider time, ILogger<RedisAnswers> log) : BackgroundService, ISharedAnswers
{
    /// <summary>From one telling to the next.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private const int MinutesPerHour = 60;

    // One in so many tellings is of everything: every five minutes.
    private const int TellingsPerWhole = 150;

    // More than any number of instances answers in a minute: a figure that can always be added up.
    private const long MostPerMinute = 1_000_000_000_000;

    // KEYS: the hour's. ARGV: when it may be forgotten; then fields and their values.
    private const string SetScript =
        """
        for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('EXPIREAT', KEYS[1], ARGV[1])
        return 1
        """;

    // A day, the hour that it begins in, and an hour for clocks that differ.
    private static readonly TimeSpan KeptAfterTheHour = TimeSpan.FromHours(26);

    private readonly string _instance = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private int _tellings;

    public async ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken)
    {
        var hours = Enumerable.Range(0, (int)(HourOf(lastMinute) - HourOf(firstMinute)) + 1).Select(i => HourOf(firstMinute) + i).ToList();
        var (answered, entries) = await redis.LookAsync(database => Task.WhenAll(hours.Select(hour => database.HashGetAllAsync(KeyOf(hour)))));
        return answered ? [.. entries!.SelectMany(hour => hour).Select(Parse).Where(count => count.Minute >= firstMinute && count.Minute <= lastMinute)] : null;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TellAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TellAsync();
        }
    }

    // A figure to look at must not end the service, whatever goes wrong with it.
    private async Task TellAsync()
    {
        try
        {
            var all = _tellings++ % TellingsPerWhole == 0 ? answers.Read() : answers.ReadUnpublished();
            foreach (var hour in all.GroupBy(one => HourOf(one.Minute)))
            {
                if (!await TellAsync(hour.Key, [.. hour]))
                {
                    // It may have lost what it had: everything again, when it is back.
                    _tellings = 0;
                    return;
                }
            }
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    private async Task<bool> TellAsync(long hour, List<AnswerCount> counts)
    {
        var forgotten = DateTimeOffset.FromUnixTimeSeconds(hour * MinutesPerHour * 60) + KeptAfterTheHour;
        RedisValue[] arguments = [forgotten.ToUnixTimeSeconds(), .. counts.SelectMany(one => new RedisValue[] { FieldOf(one), one.Count })];
        var (told, _) = await redis.LookAsync(database => database.ScriptEvaluateAsync(SetScript, [KeyOf(hour)], arguments, CommandFlags.NoScriptCache));
        if (told)
        {
            answers.MarkPublished(counts);
        }

        return told;
    }

    private static long HourOf(long minute) => minute / MinutesPerHour;

    private RedisKey KeyOf(long hour) => string.Create(CultureInfo.InvariantCulture, $"{redis.KeyPrefix}answers:{hour}");

    private string FieldOf(AnswerCount one) => string.Create(CultureInfo.InvariantCulture, $"{one.Minute}:{one.Answer}:{_instance}");

    // What is none of ours counts nothing: it is of no minute that anybody asks for.
    private static AnswerCount Parse(HashEntry entry) =>
        ((string?)entry.Name)?.Split(':') is [var minute, var answer, _]
        && long.TryParse(minute, CultureInfo.InvariantCulture, out var number)
        && entry.Value.TryParse(out long count)
        && count is > 0 and <= MostPerMinute
            ? new AnswerCount(number, answer, count)
            : new AnswerCount(-1, "", 0);

    [LoggerMessage(LogLevel.Error, "What was answered could not be told to Redis")]
    private partial void LogFailed(Exception failure);
}
