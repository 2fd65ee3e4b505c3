namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The next renewal of the credentials, between the two who share it: the refresher, which does it in the background, and requests,
/// which may wait for it a little but never do it.
/// </summary>
/// <param name="due">When it is to begin.</param>
/// <param name="time">The clock.</param>
internal sealed class PlannedRenewal(DateTimeOffset due, TimeProvider time)
{
    /// <summary>How long requests wait for it at most, from its beginning.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _begun;

    /// <summary>Whether its time has come, whatever became of the timer that should have said so.</summary>
    internal bool IsDue(DateTimeOffset now) => now >= due;

    private long? Begun
    {
        get
        {
            lock (_ended)
            {
                return _begun;
            }
        }
    }

    /// <summary>For the refresher: waits until it is due, or until a request finds that it is overdue (a machine that slept).</summary>
    internal async Task UntilDueAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(delay, time, either.Token), _wanted.Task);
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>For the refresher: it begins now.</summary>
    internal void Begin()
    {
        lock (_ended)
        {
            _begun = time.GetTimestamp();
        }
    }

    /// <summary>For the refresher: it is over, for better or worse, and the next one is planned.</summary>
    internal void End() => _ended.TrySetResult();

    /// <summary>For requests: waits until it is over, or has taken too long already.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken)
    {
        _wanted.TrySetResult();
        var left = Patience - (Begun is { } begun ? time.GetElapsedTime(begun) : TimeSpan.Zero);
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
            // The credentials in force still serve.
        }
    }
}
