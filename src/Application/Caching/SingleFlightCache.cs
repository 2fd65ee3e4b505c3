namespace S3Auth.Application.Caching;

/// <summary>
/// Caches one value that is expensive to load. Callers that ask while it is loading share that load. Does not cache a failure: the callers
/// that waited for it get the exception, and the next caller loads again. Thread-safe.
/// </summary>
/// <param name="load">
/// Loads the value. It is shared, so no caller can cancel it. It must return its task soon: callers that arrive before that are blocked.
/// </param>
/// <param name="maxAge">
/// How long a value is valid, counted from the start of its load; <see cref="Timeout.InfiniteTimeSpan"/> for always.
/// </param>
/// <param name="time">The clock.</param>
public sealed class SingleFlightCache<T>(Func<Task<T>> load, TimeSpan maxAge, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<T>? _current;
    private long _startedAt;

    /// <summary>Returns the cached value, or loads a new one.</summary>
    /// <param name="cancellationToken">Ends the caller's wait, but not the load.</param>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_current is null || (_current.IsCompleted && !IsValid(_current)))
            {
                _startedAt = time.GetTimestamp();
                _current = load();
            }

            return _current.WaitAsync(cancellationToken);
        }
    }

    private bool IsValid(Task<T> loaded) =>
        loaded.IsCompletedSuccessfully && (maxAge == Timeout.InfiniteTimeSpan || time.GetElapsedTime(_startedAt) <= maxAge);
}
