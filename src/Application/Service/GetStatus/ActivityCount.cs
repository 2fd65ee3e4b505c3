namespace S3Auth.Application.Service;

/// <summary>
/// Counts the recent answers to signed requests, of all instances if they share a Redis, otherwise of this instance. Reads the shared
/// counts at most once per <see cref="MaxAge"/> for all callers.
/// </summary>
internal sealed class ActivityCount
{
    /// <summary>How long one count is cached.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly RecentAnswers _own;
    private readonly ISharedAnswers _shared;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<RecentActivity> _cache;

    public ActivityCount(RecentAnswers own, ISharedAnswers shared, TimeProvider time)
    {
        (_own, _shared, _time) = (own, shared, time);
        _cache = new SingleFlightCache<RecentActivity>(CountAsync, MaxAge, time);
    }

    internal Task<RecentActivity> GetAsync(CancellationToken cancellationToken) => _cache.GetAsync(cancellationToken);

    private async Task<RecentActivity> CountAsync()
    {
        var minute = RecentAnswers.MinuteOf(_time.GetUtcNow());
        var together = await _shared.ReadAsync(minute - RecentAnswers.MinutesKept + 1, minute, CancellationToken.None);
        var answers = together ?? _own.Read();
        return new RecentActivity(
            CountedTogether: together is not null,
            CountingSince: together is null ? _own.Since : null,
            Activity.Of(answers, minute, minutes: 1, parts: 60),
            Activity.Of(answers, minute, minutes: 30, parts: 48));
    }
}
