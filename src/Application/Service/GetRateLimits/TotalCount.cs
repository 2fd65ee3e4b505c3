namespace S3Auth.Application.Service;

/// <summary>
/// Reads the total number of grants at most once per <see cref="Lifetime"/>, for any number of requests. Anyone may request the limits, so
/// this must not cause load on the counters.
/// </summary>
internal sealed class TotalCount(IQuota quota, TimeProvider time)
{
    /// <summary>How long a result is cached.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private SingleFlightCache<long>? _cache;
    private UtcDay _day;

    internal Task<long> GetAsync(UtcDay day, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_cache is null || _day != day)
            {
                _day = day;
                _cache = new SingleFlightCache<long>(() => quota.CountAsync(day, CancellationToken.None).AsTask(), Lifetime, time);
            }

            return _cache.GetAsync(cancellationToken);
        }
    }
}
