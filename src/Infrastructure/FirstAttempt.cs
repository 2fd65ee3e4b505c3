namespace S3Auth.Infrastructure;

/// <summary>
/// The first of the attempts that a background service makes: the start of the process waits for it a little and goes on without it. What
/// needs its outcome is refused until that is there.
/// </summary>
internal sealed class FirstAttempt(TimeProvider time)
{
    /// <summary>How long the start waits.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It is over, for better or worse.</summary>
    internal void End() => _over.TrySetResult();

    internal Task WaitAsync(CancellationToken cancellationToken) => Task.WhenAny(_over.Task, Task.Delay(Patience, time, cancellationToken));
}
