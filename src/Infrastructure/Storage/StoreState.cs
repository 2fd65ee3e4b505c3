namespace S3Auth.Infrastructure.Storage;

/// <summary>The findings of the last check of the store, and the request for another one soon.</summary>
internal sealed class StoreState : IStoreState
{
    private StoreFindings _current = StoreFindings.None;
    private TaskCompletionSource _checkRequest = New();

    /// <inheritdoc/>
    public StoreFindings Current
    {
        get => Volatile.Read(ref _current);
        internal set => Volatile.Write(ref _current, value);
    }

    /// <summary>Requests a check soon, because the store failed or refused a request.</summary>
    internal void CheckSoon() => Volatile.Read(ref _checkRequest).TrySetResult();

    /// <summary>
    /// Waits until a check is due: after <paramref name="interval"/>, or sooner if <see cref="CheckSoon"/> was called, but not before
    /// <paramref name="minimum"/>.
    /// </summary>
    internal async Task WaitAsync(TimeSpan interval, TimeSpan minimum, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(minimum, time, cancellationToken);
        if (interval > minimum)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Volatile.Read(ref _checkRequest).Task, Task.Delay(interval - minimum, time, ended.Token));
            await ended.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        Volatile.Write(ref _checkRequest, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
