namespace S3Auth.Infrastructure;

/// <summary>
/// The first attempt of a background service. The start of the process waits for its end, but at most <see cref="StartTimeout"/>. After
/// that the server starts without the result.
/// </summary>
internal sealed class FirstAttempt(TimeProvider time)
{
    /// <summary>The maximum time that the start waits.</summary>
    internal static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Marks the attempt as ended, successful or not.</summary>
    internal void End() => _ended.TrySetResult();

    /// <summary>Waits until the attempt has ended, or for <see cref="StartTimeout"/>.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_ended.Task, Task.Delay(StartTimeout, time, ended.Token));
        await ended.CancelAsync();
    }
}
