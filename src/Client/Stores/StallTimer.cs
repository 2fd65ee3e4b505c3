namespace S3Auth.Client.Stores;

/// <summary>Ends a transfer that makes no progress for a time. A slow transfer that makes progress may take any time.</summary>
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

    /// <summary>Cancelled by the caller or by the timeout.</summary>
    internal CancellationToken Token => _either.Token;

    /// <summary>Starts the timeout again, after progress.</summary>
    internal void Restart() => _timer.CancelAfter(_timeout);

    /// <summary>
    /// Stops the timeout until the next <see cref="Restart"/>, while the transfer waits for something else than the store.
    /// </summary>
    internal void Pause() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Runs a part of the transfer, and restarts the timeout when it is done.</summary>
    /// <exception cref="StalledException">The timeout ended, or a connection could not be opened in time.</exception>
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
            throw new StalledException($"The transfer to or from the store made no progress for {_timeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            // .NET reports a connection timeout like a cancellation by the caller.
            throw new StalledException("The client could not connect to the store in time.");
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
