namespace S3Auth.Application.Service;

/// <summary>
/// Asks the store for a sign of life at most once per <see cref="Lifetime"/>, whoever asks and how often: the health check is
/// open to all, and nobody may make this server hammer its store through it.
/// </summary>
internal sealed class StoreProbe
{
    /// <summary>How long one answer counts.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>How long the store may take to answer.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<Answer> _cache;

    public StoreProbe(IObjectStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _cache = new SingleFlightCache<Answer>(PingAsync, Lifetime, time);
    }

    /// <summary>The store's latest answer, or a new one.</summary>
    internal Task<Answer> AskAsync(CancellationToken cancellationToken) => _cache.GetAsync(cancellationToken);

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
    /// <param name="Latency">How long it took.</param>
    internal readonly record struct Answer(bool Ok, TimeSpan? Latency);
}
