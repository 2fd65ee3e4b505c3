namespace S3Auth.Infrastructure.Storage;

/// <summary>The findings of the last checks of the store, and the requests for further ones.</summary>
internal sealed class StoreState : IStoreState
{
    private readonly Lock _updates = new();
    private StoreFindings _current = StoreFindings.None;
    private TaskCompletionSource _checkRequest = New();
    private TaskCompletionSource _reportRequest = New();

    /// <inheritdoc/>
    public StoreFindings Current => Volatile.Read(ref _current);

    /// <summary>
    /// Changes the findings atomically. The monitor and the reporter may call it at the same time; each changes its own members.
    /// </summary>
    internal void Update(Func<StoreFindings, StoreFindings> change)
    {
        lock (_updates)
        {
            Volatile.Write(ref _current, change(_current));
        }
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

    /// <summary>Requests a report of the doctor, because the store works for the first time or its findings changed.</summary>
    internal void RequestReport() => Volatile.Read(ref _reportRequest).TrySetResult();

    /// <summary>Waits until <see cref="RequestReport"/> is called, at most for <paramref name="timeout"/>.</summary>
    internal async Task WaitForReportRequestAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Volatile.Read(ref _reportRequest).Task, Task.Delay(timeout, time, ended.Token));
        await ended.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        Volatile.Write(ref _reportRequest, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
