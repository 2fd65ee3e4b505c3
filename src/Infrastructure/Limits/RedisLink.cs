using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// The connection to Redis, and whether it is there. It is away when the connection fails; or when nobody got an answer for
/// <see cref="Patience"/> while somebody waited, and no pulse is felt either. Then all who wait stop, and nobody waits any more until a
/// probe in the background finds it back. Both changes are logged once.
/// </summary>
internal sealed partial class RedisLink : BackgroundService, ISharedLimits
{
    /// <summary>How long Redis may be silent while it is asked, before its pulse is felt.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(TurnMilliseconds * Turns);

    /// <summary>From one probe to the next.</summary>
    internal static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long its pulse may take.</summary>
    internal static readonly TimeSpan PulsePatience = TimeSpan.FromMilliseconds(100);

    // Counted in turns of this process's own schedule, from the last answer to anyone: when so many ask that their answers queue up, there
    // or here, Redis is not taken to be away. Nothing would be counted together any more, and more be granted than the limits say.
    private const int TurnMilliseconds = 20;
    private const int Turns = 6;

    // A Redis that lives and answers nobody on this connection for all of these is as good as away.
    private const int MostPulses = 5;

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
    private bool _wasTold;
    private long _answers;
    private Task<bool>? _pulse;

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

    /// <summary>The first part of every key.</summary>
    internal string KeyPrefix => $"s3auth:{_options.Netuid}:";

    private RedisAddress Address => _options.Redis ?? throw new InvalidOperationException("There is no Redis to ask.");

    /// <summary>Asks Redis, where it is there. Nothing is answered where it is not, or does not answer in time, or answers an error.</summary>
    /// <exception cref="RefusedException"><c>limits_unavailable</c>: nothing was answered, and the operator wants no request to go on without.</exception>
    internal async ValueTask<(bool Answered, T? Answer)> AskAsync<T>(Func<IDatabase, Task<T>> ask)
    {
        if (_isReachable && _database is { } database && await TryAsync(database, ask) is (true, var answer))
        {
            return (true, answer);
        }

        return _options.RedisIsRequired ? throw Unavailable() : (false, default);
    }

    /// <summary>
    /// Asks Redis for what no request is decided on: whoever does not get it shows something else. A Redis that lives and refuses just this
    /// (an account that may not) is there for all else.
    /// </summary>
    internal ValueTask<(bool Answered, T? Answer)> LookAsync<T>(Func<IDatabase, Task<T>> ask) => _isReachable && _database is { } database
        ? TryAsync(database, ask, isAwayOnRefusal: false)
        : ValueTask.FromResult<(bool, T?)>((false, default));

    /// <summary>Tells Redis, where it is there, and does not wait for it.</summary>
    internal void Tell<T>(Func<IDatabase, Task<T>> ask)
    {
        if (_isReachable && _database is { } database)
        {
            _ = TryAsync(database, ask).AsTask();
        }
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

    // Writes: a Redis that answers but takes nothing (a replica, a full one) is as good as away.
    private async Task ProbeAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (_connection is null)
            {
                _connection = await ConnectionMultiplexer.ConnectAsync(Address.Configure());
                _database = _connection.GetDatabase();
            }

            if ((await TryAsync(_database!, database => database.StringSetAsync(KeyPrefix + "probe", 1, ProbeLifetime))).Answered)
            {
                Found();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // Whatever it is (a name that does not resolve, a certificate that is not trusted): it may be gone at the next probe.
            Lost(failure);
        }
    }

    private async ValueTask<(bool Answered, T? Answer)> TryAsync<T>(IDatabase database, Func<IDatabase, Task<T>> ask, bool isAwayOnRefusal = true)
    {
        Task<T> asked;
        var start = _time.GetTimestamp();
        try
        {
            asked = ask(database);
        }
        catch (RedisException failure)
        {
            Lost(failure);
            return (false, default);
        }

        var (wasThere, seen) = (_isReachable, Interlocked.Read(ref _answers));
        var pulses = 0;
        for (var silent = 0; silent < Turns && !asked.IsCompleted && _isReachable == wasThere;)
        {
            await ((Task)asked.WaitAsync(TimeSpan.FromMilliseconds(TurnMilliseconds), _time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var answers = Interlocked.Read(ref _answers);
            silent = answers == seen ? silent + 1 : 0;
            seen = answers;
            if (silent == Turns && pulses < MostPulses && !asked.IsCompleted && await HasPulseAsync())
            {
                (silent, pulses) = (0, pulses + 1);
            }
        }

        _metrics.Asked(_time.GetElapsedTime(start), asked.IsCompletedSuccessfully);
        if (asked.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _answers);
            return (true, await asked);
        }

        // Looked at also when it fails later: nobody else does.
        _ = asked.ContinueWith(
            static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        if (!isAwayOnRefusal && asked.Exception?.InnerException is RedisServerException refusal)
        {
            LogRefused(refusal.Message);
            return (false, default);
        }

        Lost(asked.Exception?.InnerException ?? new TimeoutException("Redis did not answer in time."));
        return (false, default);
    }

    // One is felt for all who wait.
    private Task<bool> HasPulseAsync()
    {
        lock (_gate)
        {
            return _pulse is { IsCompleted: false } ? _pulse : _pulse = RedisPulse.FeelAsync(Address, PulsePatience);
        }
    }

    private void Found()
    {
        lock (_gate)
        {
            if (!_isReachable)
            {
                _isReachable = true;
                _wasTold = true;
                LogFound(Address);
            }
        }
    }

    private void Lost(Exception failure)
    {
        lock (_gate)
        {
            // Also said once when it was not there from the start.
            if (!_isReachable && _wasTold)
            {
                return;
            }

            _isReachable = false;
            _wasTold = true;
            LogDetails(failure);
            if (_options.RedisIsRequired)
            {
                LogLostAndRefusing(Address, failure.Message);
            }
            else
            {
                LogLost(Address, failure.Message);
            }
        }
    }

    private static RefusedException Unavailable() => new(
        RefusalCode.LimitsUnavailable, "This server cannot reach the database in which it counts requests; try again shortly.")
    {
        RetryAfter = Retry,
    };

    [LoggerMessage(LogLevel.Debug, "Redis refuses a figure for the page: {Refusal}")]
    private partial void LogRefused(string refusal);

    [LoggerMessage(LogLevel.Information, "Redis at {Address} is up: all instances count together")]
    private partial void LogFound(RedisAddress address);

    // One sentence for the operator, who can do nothing with a stack trace.
    [LoggerMessage(LogLevel.Error, "Redis at {Address} (REDIS_URL) is down. Until it is back, this instance counts alone. {Reason}")]
    private partial void LogLost(RedisAddress address, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "Redis at {Address} (REDIS_URL) is down. Until it is back, signed requests are refused, because REDIS_REQUIRED is true. {Reason}")]
    private partial void LogLostAndRefusing(RedisAddress address, string reason);

    [LoggerMessage(LogLevel.Debug, "Redis failed")]
    private partial void LogDetails(Exception failure);
}
