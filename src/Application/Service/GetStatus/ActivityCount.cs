using S3Auth.Application.Ports;

namespace S3Auth.Application.Service.GetStatus;

/// <summary>
/// Adds up what was answered lately, by all instances where that can be known, else by this one. What adds them up is asked at most once per
/// <see cref="Lifetime"/>, whoever asks this server and how often.
/// </summary>
internal sealed class ActivityCount(RecentAnswers own, ISharedAnswers shared, TimeProvider time)
{
    /// <summary>How long one answer counts.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<RecentActivity>? _latest;
    private long _askedAt;

    internal Task<RecentActivity> AskAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_latest is null || (_latest.IsCompleted && (!_latest.IsCompletedSuccessfully || time.GetElapsedTime(_askedAt) > Lifetime)))
            {
                _askedAt = time.GetTimestamp();
                _latest = CountAsync();
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<RecentActivity> CountAsync()
    {
        var minute = RecentAnswers.MinuteOf(time.GetUtcNow());
        var together = await shared.ReadAsync(minute - RecentAnswers.MinutesKept + 1, minute, CancellationToken.None);
        var answers = together ?? own.Read();
        return new RecentActivity(
            CountedTogether: together is not null,
            CountingSince: together is null ? own.Since : null,
            Activity.Of(answers, minute, minutes: 1, parts: 60),
            Activity.Of(answers, minute, minutes: 30, parts: 48));
    }
}
