namespace S3Auth.Client.Stores;

/// <summary>Ends a transfer on which nothing has moved for too long; a slow one that moves may take as long as it wants.</summary>
internal sealed class StallTimer : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    internal StallTimer(TimeSpan timeout, TimeProvider time, CancellationToken caller)
    {
        _timeout = timeout;
        _caller = caller;
        _timer = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    /// <summary>Cancelled by the caller, or when nothing moved.</summary>
    internal CancellationToken Token => _either.Token;

    /// <summary>Something moved.</summary>
    internal void Restart() => _timer.CancelAfter(_timeout);

    /// <summary>Until the next <see cref="Restart"/> it is not the store that is waited for.</summary>
    internal void Pause() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Does a part of the transfer.</summary>
    /// <exception cref="StalledException">Nothing moved.</exception>
    internal async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> part)
    {
        try
        {
            var result = await part(Token).ConfigureAwait(false);
            Restart();
            return result;
        }
        catch (Exception exception) when (_timer.IsCancellationRequested && !_caller.IsCancellationRequested
            && exception is OperationCanceledException or HttpRequestException or IOException)
        {
            throw new StalledException($"Nothing moved between here and the store for {_timeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            // A connection that is not made in time ends like one that the caller cancels.
            throw new StalledException("The store could not be connected to in time.");
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
