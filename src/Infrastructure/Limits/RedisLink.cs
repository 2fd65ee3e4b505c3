using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// The connection to Redis, and whether Redis is up. Redis is down if the connection fails, or if no command of this process got an
/// answer for <see cref="MaxSilence"/> and a ping on a separate connection fails too. While it is down, no caller waits for it, until a
/// background probe succeeds. Both changes are logged once.
/// </summary>
internal sealed partial class RedisLink : BackgroundService, ISharedLimits
{
    /// <summary>The time without any answer after which Redis is pinged on a separate connection.</summary>
    internal static readonly TimeSpan MaxSilence = TimeSpan.FromMilliseconds(TurnMilliseconds * Turns);

    /// <summary>The time between two probes.</summary>
    internal static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);

    // Time is counted in turns since the last answer to any caller, so a turn is longer when this process is busy. A queue of answers, in
    // Redis or here, must not look like a Redis that is down: instances would count separately and grant more than the limits.
    private const int TurnMilliseconds = 20;
    private const int Turns = 6;

    // After this many pings without an answer on the main connection, Redis counts as down although it answers pings.
    private const int MaxPings = 5;

    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly LimitOptions _options;
    private readonly LimitMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisLink> _log;
    private readonly FirstAttempt _firstAttempt;
    private readonly Lock _gate = new();
    private ConnectionMultiplexer? _connection;
    private IDatabase? _database;
    private volatile bool _isReachable;
    private bool _wasLogged;
    private long _answers;
    private Task<bool>? _ping;

    public RedisLink(LimitOptions options, LimitMetrics metrics, TimeProvider time, ILogger<RedisLink> log)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
        _firstAttempt = new FirstAttempt(time);
        metrics.Observe(this);
    }

    public bool? IsReachable => _isReachable;

    /// <summary>The prefix of every key.</summary>
    internal string KeyPrefix => $"s3auth:{_options.Scope}:";

    private RedisAddress Address => _options.Redis ?? throw new InvalidOperationException("There is no Redis to command.");

    /// <summary>
    /// Executes a command that a request depends on. Answered is false if Redis is down, times out or answers with an error.
    /// </summary>
    /// <exception cref="RefusedException"><c>limits_unavailable</c>: there is no answer, and REDIS_REQUIRED is true.</exception>
    internal async ValueTask<(bool Answered, T? Answer)> ExecuteAsync<T>(Func<IDatabase, Task<T>> command)
    {
        if (_isReachable && _database is { } database && await SendAsync(database, command) is (true, var answer))
        {
            return (true, answer);
        }

        return _options.RedisIsRequired ? throw Unavailable() : (false, default);
    }

    /// <summary>
    /// Executes a command that no request depends on. A failure does not mark Redis as down, because the account may only lack the
    /// permission for this command. If Redis is down, the next probe detects it.
    /// </summary>
    internal ValueTask<(bool Answered, T? Answer)> TryExecuteAsync<T>(Func<IDatabase, Task<T>> command) =>
        _isReachable && _database is { } database
        ? SendAsync(database, command, isDownOnFailure: false)
        : ValueTask.FromResult<(bool, T?)>((false, default));

    /// <summary>Sends a command if Redis is up, and does not wait for the answer. Returns false if it sent nothing.</summary>
    internal bool FireAndForget<T>(Func<IDatabase, Task<T>> command)
    {
        if (!_isReachable || _database is not { } database)
        {
            return false;
        }

        _ = SendAsync(database, command).AsTask();
        return true;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await _firstAttempt.WaitAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _connection?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ProbeInterval, _time);
        do
        {
            await ProbeAsync(stoppingToken);
            _firstAttempt.End();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Writes a key, because a Redis that answers but refuses writes (a replica, a full Redis) counts as down.
    private async Task ProbeAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (_connection is null)
            {
                _connection = await ConnectionMultiplexer.ConnectAsync(Address.Configure());
                _database = _connection.GetDatabase();
            }

            if ((await SendAsync(_database!, database => database.StringSetAsync(KeyPrefix + "probe", 1, ProbeLifetime))).Answered)
            {
                MarkUp();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // Any failure (a name that does not resolve, a certificate that is not trusted) may be gone at the next probe.
            MarkDown(failure);
        }
    }

    private async ValueTask<(bool Answered, T? Answer)> SendAsync<T>(
        IDatabase database,
        Func<IDatabase, Task<T>> command,
        bool isDownOnFailure = true)
    {
        Task<T> task;
        var start = _time.GetTimestamp();
        try
        {
            task = command(database);
        }
        catch (RedisException failure)
        {
            Fail(failure, isDownOnFailure);
            return (false, default);
        }

        var (wasThere, seen) = (_isReachable, Interlocked.Read(ref _answers));
        var pings = 0;
        for (var silent = 0; silent < Turns && !task.IsCompleted && _isReachable == wasThere;)
        {
            Task turn = task.WaitAsync(TimeSpan.FromMilliseconds(TurnMilliseconds), _time);
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var answers = Interlocked.Read(ref _answers);
            silent = answers == seen ? silent + 1 : 0;
            seen = answers;
            if (silent == Turns && pings < MaxPings && !task.IsCompleted && await PingAsync())
            {
                (silent, pings) = (0, pings + 1);
            }
        }

        _metrics.Answered(_time.GetElapsedTime(start), task.IsCompletedSuccessfully);
        if (task.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _answers);
            return (true, await task);
        }

        // Observes a later failure, so that it does not become an unobserved task exception.
        _ = task.ContinueWith(
            static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Fail(task.Exception?.InnerException ?? new TimeoutException("Redis did not answer in time."), isDownOnFailure);
        return (false, default);
    }

    private void Fail(Exception failure, bool isDown)
    {
        if (isDown)
        {
            MarkDown(failure);
        }
        else
        {
            LogFailed(Describe(failure));
        }
    }

    // All waiting callers share one ping.
    private Task<bool> PingAsync()
    {
        lock (_gate)
        {
            return _ping is { IsCompleted: false } ? _ping : _ping = RedisPing.SendAsync(Address, _options.RedisPingTimeout);
        }
    }

    private void MarkUp()
    {
        lock (_gate)
        {
            if (!_isReachable)
            {
                _isReachable = true;
                _wasLogged = true;
                LogUp(Address);
            }
        }
    }

    private void MarkDown(Exception failure)
    {
        lock (_gate)
        {
            // Also logged once if Redis was down from the start.
            if (!_isReachable && _wasLogged)
            {
                return;
            }

            _isReachable = false;
            _wasLogged = true;
            LogDetails(failure);
            if (_options.RedisIsRequired)
            {
                LogDownAndRefusing(Address, Describe(failure));
            }
            else
            {
                LogDown(Address, Describe(failure));
            }
        }
    }

    // The client's message ends with the state of its queues and threads.
    private static string Describe(Exception failure) => failure.Message.Split(", mc:")[0];

    private static RefusedException Unavailable() => new(
        RefusalCode.LimitsUnavailable, "This server cannot reach the database in which it counts requests; try again shortly.")
    {
        RetryAfter = Retry,
    };

    [LoggerMessage(LogLevel.Debug, "A command to Redis that no request depends on failed. {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Information, "Redis at {Address} is up: all instances count together")]
    private partial void LogUp(RedisAddress address);

    // Without the stack trace, which does not help the operator.
    [LoggerMessage(LogLevel.Error, "Redis at {Address} (REDIS_URL) is down. Until it is back, this instance counts alone. {Reason}")]
    private partial void LogDown(RedisAddress address, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "Redis at {Address} (REDIS_URL) is down. Until it is back, signed requests are refused, because REDIS_REQUIRED is true. {Reason}")]
    private partial void LogDownAndRefusing(RedisAddress address, string reason);

    [LoggerMessage(LogLevel.Debug, "Redis failed")]
    private partial void LogDetails(Exception failure);
}
