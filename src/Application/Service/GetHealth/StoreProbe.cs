namespace S3Auth.Application.Service;

/// <summary>
/// Pings the store at most once per <see cref="Lifetime"/>, for any number of health checks. Anyone may request a health check, so it must
/// not cause load on the store.
/// </summary>
internal sealed class StoreProbe
{
    /// <summary>How long a result is cached.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>The timeout of the ping.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<Answer> _cache;

    public StoreProbe(IObjectStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _cache = new SingleFlightCache<Answer>(PingAsync, Lifetime, time);
    }

    /// <summary>Returns the cached result, or pings the store.</summary>
    internal Task<Answer> GetAsync(CancellationToken cancellationToken) => _cache.GetAsync(cancellationToken);

    private async Task<Answer> PingAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, _time);
        try
        {
            return new Answer(Ok: true, await _store.PingAsync(timeout.Token).ConfigureAwait(false));
        }
        catch (RefusedException)
        {
            return new Answer(Ok: false, Latency: null);
        }
        catch (OperationCanceledException)
        {
            return new Answer(Ok: false, Latency: null);
        }
    }

    /// <param name="Ok">Whether the store answered.</param>
    /// <param name="Latency">The latency; null if the store did not answer.</param>
    internal readonly record struct Answer(bool Ok, TimeSpan? Latency);
}
