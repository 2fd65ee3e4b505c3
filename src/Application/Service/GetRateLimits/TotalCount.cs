namespace S3Auth.Application.Service;

/// <summary>
/// Asks how many grants all had at most once per <see cref="Lifetime"/>, whoever asks and how often: nobody may make this server
/// hammer what counts them.
/// </summary>
internal sealed class TotalCount(IQuota quota, TimeProvider time)
{
    /// <summary>How long one answer counts.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private SingleFlightCache<long>? _cache;
    private UtcDay _day;

    internal Task<long> AskAsync(UtcDay day, CancellationToken cancellationToken)
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
