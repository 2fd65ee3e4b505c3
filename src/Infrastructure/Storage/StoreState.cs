namespace S3Auth.Infrastructure.Storage;

/// <summary>The findings of the last check of the store, and the request for another one soon.</summary>
internal sealed class StoreState : IStoreState
{
    private StoreFindings _current = StoreFindings.None;
    private TaskCompletionSource _wanted = New();

    /// <inheritdoc/>
    public StoreFindings Current
    {
        get => Volatile.Read(ref _current);
        internal set => Volatile.Write(ref _current, value);
    }

    /// <summary>Asks for a check soon, because the store failed or refused something.</summary>
    internal void CheckSoon() => Volatile.Read(ref _wanted).TrySetResult();

    /// <summary>Waits until a check is due: after <paramref name="interval"/>, or sooner when one is asked for, but not before <paramref name="least"/>.</summary>
    internal async Task WaitAsync(TimeSpan interval, TimeSpan least, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(least, time, cancellationToken);
        if (interval > least)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Volatile.Read(ref _wanted).Task, Task.Delay(interval - least, time, ended.Token));
            await ended.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        Volatile.Write(ref _wanted, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
