namespace S3Auth.Application.Pipeline;

/// <summary>
/// Lease of one request's answer on <see cref="AnswerMemory"/>. Handlers of large answers take it before the expensive work. The request's
/// scope releases it after the answer is written or the connection is closed, however the request ends. Thread-safe.
/// </summary>
public sealed class AnswerLease(AnswerMemory memory, Caller caller, Origin origin, TimeProvider time) : IDisposable
{
    /// <summary>How long a request waits for other answers to be written.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _bytes;

    private AnswerHolder Holder => new(caller.Neuron.Hotkey, origin.ClientGroup);

    /// <summary>Changes the lease to this many bytes; waits up to <see cref="Patience"/> for them.</summary>
    /// <exception cref="RefusedException"><c>server_busy</c>: they did not become free in time.</exception>
    internal async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!TryResize(bytes))
        {
            if (time.GetElapsedTime(start) >= Patience)
            {
                throw Busy();
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Changes the lease to this many bytes without waiting. A smaller number always succeeds.</summary>
    /// <exception cref="RefusedException"><c>server_busy</c>: not enough bytes are free.</exception>
    internal void Resize(long bytes)
    {
        if (!TryResize(bytes))
        {
            throw Busy();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_bytes > 0)
            {
                memory.TryChange(Holder, _bytes, 0);
                _bytes = 0;
            }
        }
    }

    private bool TryResize(long bytes)
    {
        lock (_gate)
        {
            if (!memory.TryChange(Holder, _bytes, bytes))
            {
                return false;
            }

            _bytes = bytes;
            return true;
        }
    }

    private static RefusedException Busy() => new(
        RefusalCode.ServerBusy, "Too many large answers are in flight: read your answers to the end, then send this request again in a few seconds.")
    {
        RetryAfter = Retry,
    };
}
