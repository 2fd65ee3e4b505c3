namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The next renewal of the credentials. The refresher executes it in the background. Requests may wait a short time for it.
/// </summary>
/// <param name="due">When it starts.</param>
/// <param name="time">The clock.</param>
internal sealed class PlannedRenewal(DateTimeOffset due, TimeProvider time)
{
    /// <summary>The maximum time that requests wait, counted from the start of the renewal.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _startedAt;

    /// <summary>Whether it is due by the clock. The refresher's timer may be late, for example after the machine slept.</summary>
    internal bool IsDue(DateTimeOffset now) => now >= due;

    private long? StartedAt
    {
        get
        {
            lock (_ended)
            {
                return _startedAt;
            }
        }
    }

    /// <summary>For the refresher: waits until the renewal is due, or until a request finds that it is overdue.</summary>
    internal async Task UntilDueAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(delay, time, either.Token), _requested.Task);
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>For the refresher: marks the start of the renewal.</summary>
    internal void Start()
    {
        lock (_ended)
        {
            _startedAt = time.GetTimestamp();
        }
    }

    /// <summary>For the refresher: marks the end of the renewal, successful or not. The next one must be planned before.</summary>
    internal void End() => _ended.TrySetResult();

    /// <summary>For requests: waits until the renewal ends, or for <see cref="MaxWait"/> from its start.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken)
    {
        _requested.TrySetResult();
        var left = MaxWait - (StartedAt is { } startedAt ? time.GetElapsedTime(startedAt) : TimeSpan.Zero);
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await _ended.Task.WaitAsync(left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The caller uses the current credentials.
        }
    }
}
