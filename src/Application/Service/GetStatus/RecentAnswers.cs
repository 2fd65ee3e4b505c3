namespace S3Auth.Application.Service.GetStatus;

/// <summary>
/// What signed requests were answered with, minute by minute, for the last 24 hours: granted, or refused and why. Of this process alone,
/// in memory, and never larger than a day of minutes: reasons are this program's own codes, whatever is sent to it.
/// </summary>
public sealed class RecentAnswers
{
    private const int MinutesKept = 24 * 60;

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Minute[] _minutes = new Minute[MinutesKept];

    public RecentAnswers(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);

        _time = time;
        Since = time.GetUtcNow();
    }

    /// <summary>From when on they are counted.</summary>
    internal DateTimeOffset Since { get; }

    private long ThisMinute => _time.GetUtcNow().ToUnixTimeSeconds() / 60;

    /// <summary>A request was granted.</summary>
    public void Granted()
    {
        lock (_gate)
        {
            Current().Granted++;
        }
    }

    /// <summary>A request was refused, or failed.</summary>
    /// <param name="code">The problem's code, one of this program's own.</param>
    public void Refused(string code)
    {
        lock (_gate)
        {
            var refused = Current().Refused ??= new Dictionary<string, long>(StringComparer.Ordinal);
            refused[code] = refused.GetValueOrDefault(code) + 1;
        }
    }

    /// <summary>What was answered in the minutes up to this one.</summary>
    /// <param name="minutes">How many minutes in each part.</param>
    /// <param name="parts">How many parts; the last one ends with this minute, which is not over yet.</param>
    public Activity Read(int minutes, int parts)
    {
        var granted = new long[parts];
        var refused = new long[parts];
        var reasons = new Dictionary<string, long>(StringComparer.Ordinal);
        var first = ThisMinute - ((long)minutes * parts) + 1;
        lock (_gate)
        {
            for (var i = 0; i < minutes * parts; i++)
            {
                ref var minute = ref _minutes[(first + i) % MinutesKept];
                if (minute.Number != first + i)
                {
                    continue;
                }

                granted[i / minutes] += minute.Granted;
                foreach (var (code, count) in minute.Refused ?? [])
                {
                    refused[i / minutes] += count;
                    reasons[code] = reasons.GetValueOrDefault(code) + count;
                }
            }
        }

        return new Activity(
            Since: DateTimeOffset.FromUnixTimeSeconds(first * 60),
            IntervalSeconds: minutes * 60,
            Requests: granted.Sum() + refused.Sum(),
            Granted: granted.Sum(),
            Refused: refused.Sum(),
            RefusedByReason: reasons,
            GrantedPerInterval: granted,
            RefusedPerInterval: refused);
    }

    private ref Minute Current()
    {
        var number = ThisMinute;
        ref var minute = ref _minutes[number % MinutesKept];
        if (minute.Number != number)
        {
            minute = new Minute { Number = number };
        }

        return ref minute;
    }

    private struct Minute
    {
        public long Number;
        public long Granted;
        public Dictionary<string, long>? Refused;
    }
}
