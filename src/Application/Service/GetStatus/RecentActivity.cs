namespace S3Auth.Application.Service;

/// <summary>
/// The recent answers to the endpoints for miners and validators, including requests without a valid signature and requests over the
/// burst limit.
/// </summary>
/// <param name="CountedTogether">Whether this counts the answers of all instances. If not, it counts those of this instance only.</param>
/// <param name="CountingSince">The time from which this instance counts. Null if all instances count together.</param>
/// <param name="LastHour">The last hour, by minute.</param>
/// <param name="LastDay">The last day, by half hour.</param>
public sealed record RecentActivity(
    bool CountedTogether,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? CountingSince,
    Activity LastHour,
    Activity LastDay);

/// <summary>Counts of answers in one period.</summary>
/// <param name="Since">The start of the first interval.</param>
/// <param name="IntervalSeconds">The length of an interval in seconds.</param>
/// <param name="Requests">Answered requests: granted and refused.</param>
/// <param name="Granted">Granted requests.</param>
/// <param name="Refused">Refused or failed requests.</param>
/// <param name="RefusedByReason">Refused or failed requests by code.</param>
/// <param name="GrantedPerInterval">Granted requests per interval, oldest first. The last interval is not complete.</param>
/// <param name="RefusedPerInterval">Refused or failed requests per interval.</param>
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
    /// <summary>Sums up answers per interval.</summary>
    /// <param name="answers">The answers per minute. Answers outside the period are ignored.</param>
    /// <param name="lastMinute">The last minute of the last interval.</param>
    /// <param name="minutes">The minutes of an interval.</param>
    /// <param name="parts">The number of intervals.</param>
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
            DateTimeOffset.FromUnixTimeSeconds(first * 60),
            minutes * 60,
            granted.Sum() + refused.Sum(),
            granted.Sum(),
            refused.Sum(),
            reasons,
            granted,
            refused);
    }
}
