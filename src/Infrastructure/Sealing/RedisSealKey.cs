using StackExchange.Redis;

namespace S3Auth.Infrastructure.Sealing;

/// <summary>
/// Makes all instances seal with one key in Redis: the first instance stores its own key there, and the others adopt it. Checks Redis
/// regularly, so that a Redis that lost the key gets it back. While Redis is down, each instance keeps the key that it has.
/// </summary>
internal sealed partial class RedisSealKey(RedisLink redis, SealKeys keys, TimeProvider time, ILogger<RedisSealKey> log) : BackgroundService
{
    /// <summary>The time between two checks of Redis.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private string? _loggedState;

    private RedisKey Key => redis.KeyPrefix + "seal-key";

    // Waits for one attempt, which the timeout of Redis bounds, so that instances that start together agree before the first request.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ShareAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ShareAsync();
        }
    }

    // A problem with the key of links must not stop the service.
    private async Task ShareAsync()
    {
        try
        {
            await AgreeAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure);
        }
    }

    private async Task AgreeAsync()
    {
        // Store it only if Redis has none; then use the stored one.
        var own = keys.Current.Bytes.ToArray();
        var (asked, _) = await redis.TryExecuteAsync(database => database.StringSetAsync(Key, own, when: When.NotExists));
        var (answered, value) = asked ? await redis.TryExecuteAsync(database => database.StringGetAsync(Key)) : default;
        if (!answered)
        {
            LogState("away");
        }
        else if (SealKey.TryCreate((byte[]?)value, out var shared))
        {
            keys.Adopt(shared);
            LogState("shared");
        }
        else
        {
            LogState("malformed");
        }
    }

    // Logs each change once.
    private void LogState(string state)
    {
        if (state == _loggedState)
        {
            return;
        }

        _loggedState = state;
        switch (state)
        {
            case "shared":
                LogShared();
                break;
            case "away":
                LogAway();
                break;
            default:
                LogMalformed(Key.ToString());
                break;
        }
    }

    [LoggerMessage(LogLevel.Error, "The key of listing links could not be shared through Redis")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(LogLevel.Information, "Listing links use a key that all instances share through Redis")]
    private partial void LogShared();

    [LoggerMessage(
        LogLevel.Warning,
        "Cannot read the key of listing links from Redis. Until this works, other instances may reject the links of this one. "
            + "Set SEAL_KEY to share a key without Redis")]
    private partial void LogAway();

    [LoggerMessage(
        LogLevel.Warning,
        "The key of listing links in Redis ({Key}) does not have 32 bytes, so this instance uses its own key. Delete that entry, "
            + "or set SEAL_KEY")]
    private partial void LogMalformed(string key);
}
