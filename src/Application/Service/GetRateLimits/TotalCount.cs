using S3Auth.Application.Ports;
using S3Auth.Domain;

namespace S3Auth.Application.Service.GetRateLimits;

/// <summary>
/// Asks how many grants all had at most once per <see cref="Lifetime"/>, whoever asks and how often: nobody may make this server
/// hammer what counts them.
/// </summary>
internal sealed class TotalCount(IQuota quota, TimeProvider time)
{
    /// <summary>How long one answer counts.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<long>? _latest;
    private UtcDay _day;
    private long _askedAt;

    internal Task<long> AskAsync(UtcDay day, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_latest is null || _day != day || (_latest.IsCompleted && (!_latest.IsCompletedSuccessfully || time.GetElapsedTime(_askedAt) > Lifetime)))
            {
                (_day, _askedAt) = (day, time.GetTimestamp());
                _latest = quota.CountAsync(day, CancellationToken.None).AsTask();
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }
}
