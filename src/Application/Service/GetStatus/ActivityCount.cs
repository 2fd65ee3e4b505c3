
namespace S3Auth.Application.Service;

/// <summary>
/// Adds up what was answered lately, by all instances where that can be known, else by this one. What adds them up is asked at most once per
/// <see cref="Lifetime"/>, whoever asks this server and how often.
/// </summary>
internal sealed class ActivityCount
{
    /// <summary>How long one answer counts.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly RecentAnswers _own;
    private readonly ISharedAnswers _shared;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<RecentActivity> _cache;

    public ActivityCount(RecentAnswers own, ISharedAnswers shared, TimeProvider time)
    {
        (_own, _shared, _time) = (own, shared, time);
        _cache = new SingleFlightCache<RecentActivity>(CountAsync, Lifetime, time);
    }

    internal Task<RecentActivity> AskAsync(CancellationToken cancellationToken) => _cache.GetAsync(cancellationToken);

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
