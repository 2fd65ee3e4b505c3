namespace S3Auth.Application.Pipeline;

/// <summary>
/// The part of <see cref="ResponseMemoryBudget"/> that one request's response takes. Handlers of large responses acquire it before the
/// expensive work. The request's scope releases it when the response is written or the connection is closed. Thread-safe.
/// </summary>
public sealed class ResponseMemoryLease(ResponseMemoryBudget memory, Caller caller, RequestOrigin origin, TimeProvider time) : IDisposable
{
    /// <summary>How long a request waits for memory.</summary>
    internal static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _bytes;

    private ResponseMemoryOwner Holder => new(caller.Hotkey, origin.ClientGroup);

    /// <summary>Changes the lease to this many bytes. Waits for them up to <see cref="WaitTimeout"/>.</summary>
    /// <exception cref="RefusedException"><c>server_busy</c>: not enough memory became free in time.</exception>
    internal async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!TryResize(bytes))
        {
            if (time.GetElapsedTime(start) >= WaitTimeout)
            {
                throw Busy();
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>Changes the lease to this many bytes without waiting. Shrinking always succeeds.</summary>
    /// <exception cref="RefusedException"><c>server_busy</c>: not enough memory is free.</exception>
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
        RefusalCode.ServerBusy,
        "Too many large answers are in flight. Read your answers to the end, then send this request again in a few seconds.")
    {
        RetryAfter = Retry,
    };
}
