namespace S3Auth.Application.Service;

/// <summary>What requests for access were answered with lately, with those that nobody signed or that came too fast.</summary>
/// <param name="CountedTogether">Whether all instances' answers are counted here; else those of this one alone.</param>
/// <param name="CountingSince">When this instance began to count; null where all count together.</param>
/// <param name="LastHour">Minute by minute.</param>
/// <param name="LastDay">Half an hour by half an hour.</param>
public sealed record RecentActivity(
    bool CountedTogether,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? CountingSince,
    Activity LastHour,
    Activity LastDay);

/// <param name="Since">When the first interval began.</param>
/// <param name="IntervalSeconds">How long an interval is.</param>
/// <param name="Requests">How many requests for access were answered: granted or refused.</param>
/// <param name="Granted">How many were granted.</param>
/// <param name="Refused">How many were refused, or failed.</param>
/// <param name="RefusedByReason">The same by the problem's code.</param>
/// <param name="GrantedPerInterval">How many were granted, oldest interval first; the last one is not over.</param>
/// <param name="RefusedPerInterval">How many were refused.</param>
public sealed record Activity(
    DateTimeOffset Since,
    int IntervalSeconds,
    long Requests,
    long Granted,
    long Refused,
    IReadOnlyDictionary<string, long> RefusedByReason,
    IReadOnlyList<long> GrantedPerInterval,
    IReadOnlyList<long> RefusedPerInterval)
{
    /// <summary>Adds up what was answered in the minutes up to one.</summary>
    /// <param name="answers">What was answered, minute by minute; what lies outside is passed over.</param>
    /// <param name="lastMinute">The minute that the last part ends with.</param>
    /// <param name="minutes">How many minutes in each part.</param>
    /// <param name="parts">How many parts.</param>
    internal static Activity Of(IReadOnlyList<AnswerCount> answers, long lastMinute, int minutes, int parts)
    {
        var (granted, refused) = (new long[parts], new long[parts]);
        var reasons = new Dictionary<string, long>(StringComparer.Ordinal);
        var first = lastMinute - ((long)minutes * parts) + 1;
        foreach (var (minute, answer, count) in answers)
        {
            if (minute < first || minute > lastMinute)
            {
                continue;
            }

            var part = (minute - first) / minutes;
            if (answer == RecentAnswers.GrantedAnswer)
            {
                granted[part] += count;
            }
            else
            {
                refused[part] += count;
                reasons[answer] = reasons.GetValueOrDefault(answer) + count;
            }
        }

        return new Activity(
            DateTimeOffset.FromUnixTimeSeconds(first * 60), minutes * 60, granted.Sum() + refused.Sum(), granted.Sum(), refused.Sum(), reasons, granted, refused);
    }
}
