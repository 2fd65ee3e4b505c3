using System.Globalization;
using Microsoft.Extensions.Hosting;
using S3Auth.Application.Ports;
using S3Auth.Application.Service.GetStatus;
using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Adds up in Redis what all instances answer, an hour in one hash, forgotten after a day. Each instance tells what it answered every few
/// seconds and when it stops; what it could not tell while Redis was away, it tells when
/// Redis is back (and once more, should only Redis' answer have been lost). No request waits for any of it.
/// </summary>
internal sealed class RedisAnswers(RedisLink redis, RecentAnswers answers, TimeProvider time) : BackgroundService, ISharedAnswers
{
    /// <summary>From one telling to the next.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private const int MinutesPerHour = 60;

    // More than any number of instances answers in a minute: a figure that can always be added up.
    private const long MostPerMinute = 1_000_000_000_000;

    // KEYS: the hour's. ARGV: when it may be forgotten; then fields and what to add to each. One script: told as a whole, or not at all.
    private const string AddScript =
        """
        for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('EXPIREAT', KEYS[1], ARGV[1])
        return 1
        """;

    // A day, the hour that it begins in, and an hour for clocks that differ.
    private static readonly TimeSpan KeptAfterTheHour = TimeSpan.FromHours(26);

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

    private async Task TellAsync()
    {
        foreach (var hour in answers.ReadUntold().GroupBy(one => HourOf(one.Minute)))
        {
            var untold = hour.ToList();
            var forgotten = DateTimeOffset.FromUnixTimeSeconds(hour.Key * MinutesPerHour * 60) + KeptAfterTheHour;
            RedisValue[] arguments = [forgotten.ToUnixTimeSeconds(), .. untold.SelectMany(one => new RedisValue[] { FieldOf(one), one.Count })];
            var (told, _) = await redis.LookAsync(database => database.ScriptEvaluateAsync(AddScript, [KeyOf(hour.Key)], arguments, CommandFlags.NoScriptCache));
            if (!told)
            {
                return;
            }

            answers.MarkTold(untold);
        }
    }

    private static long HourOf(long minute) => minute / MinutesPerHour;

    private RedisKey KeyOf(long hour) => string.Create(CultureInfo.InvariantCulture, $"{redis.KeyPrefix}answers:{hour}");

    private static string FieldOf(AnswerCount one) => string.Create(CultureInfo.InvariantCulture, $"{one.Minute}:{one.Answer}");

    // What is none of ours counts nothing: it is of no minute that anybody asks for.
    private static AnswerCount Parse(HashEntry entry) =>
        ((string?)entry.Name)?.Split(':') is [var minute, var answer] && long.TryParse(minute, CultureInfo.InvariantCulture, out var number) && entry.Value.TryParse(out long count)
        && count is > 0 and <= MostPerMinute
            ? new AnswerCount(number, answer, count)
            : new AnswerCount(-1, "", 0);
}
