namespace S3Auth.Application.Service;

/// <summary>
/// An answer that costs something, and that anyone may ask for: got at most once per lifetime, whoever asks and how often, and shared by all
/// who ask meanwhile. A failure is told to all who waited for it and not kept.
/// </summary>
/// <param name="lifetime">How long one answer counts, from when it was asked for.</param>
/// <param name="time">The clock.</param>
/// <param name="ask">Gets it. Nobody who waits can cancel it: it is everyone's.</param>
internal sealed class KeptAnswer<T>(TimeSpan lifetime, TimeProvider time, Func<Task<T>> ask)
{
    private readonly Lock _gate = new();
    private Task<T>? _latest;
    private long _askedAt;

    /// <summary>The latest answer, or a new one. Whoever asked may leave; the question itself goes on.</summary>
    internal Task<T> AskAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_latest is null || (_latest.IsCompleted && (!_latest.IsCompletedSuccessfully || time.GetElapsedTime(_askedAt) > lifetime)))
            {
                _askedAt = time.GetTimestamp();
                _latest = ask();
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }
}
