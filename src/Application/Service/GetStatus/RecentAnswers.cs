namespace S3Auth.Application.Service;

/// <summary>
/// What this instance answered signed requests with, minute by minute, for the last 24 hours: granted, or refused and why. In memory, and
/// never larger than a day of minutes: answers are called by this program's own codes, whatever is sent to it.
/// </summary>
public sealed class RecentAnswers
{
    /// <summary>How many minutes are kept: a day.</summary>
    public const int MinutesKept = 24 * 60;

    /// <summary>What an answer is called that is no problem.</summary>
    internal const string GrantedAnswer = "granted";

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

    /// <summary>A request was granted.</summary>
    public void Granted() => Count(GrantedAnswer);

    /// <summary>A request was refused, or failed.</summary>
    /// <param name="code">The problem's code, one of this program's own.</param>
    public void Refused(string code) => Count(code);

    /// <summary>All of it.</summary>
    public IReadOnlyList<AnswerCount> Read() => Collect(static _ => true);

    /// <summary>What changed since somebody was told of it, whole, for who adds up what all instances answer.</summary>
    public IReadOnlyList<AnswerCount> ReadUntold() => Collect(static tally => tally.Count != tally.Told);

    /// <summary>Somebody was told of these.</summary>
    public void MarkTold(IReadOnlyList<AnswerCount> told)
    {
        ArgumentNullException.ThrowIfNull(told);

        lock (_gate)
        {
            foreach (var one in told)
            {
                ref var minute = ref _minutes[one.Minute % MinutesKept];
                if (minute.Number == one.Minute && minute.Tallies!.TryGetValue(one.Answer, out var tally))
                {
                    tally.Told = one.Count;
                }
            }
        }
    }

    private void Count(string answer)
    {
        var number = MinuteOf(_time.GetUtcNow());
        lock (_gate)
        {
            ref var minute = ref _minutes[number % MinutesKept];
            if (minute.Number != number || minute.Tallies is null)
            {
                // Its place was that of the same minute of another day.
                minute = new Minute(number, new Dictionary<string, Tally>(StringComparer.Ordinal));
            }

            if (!minute.Tallies!.TryGetValue(answer, out var tally))
            {
                minute.Tallies.Add(answer, tally = new Tally());
            }

            tally.Count++;
        }
    }

    private List<AnswerCount> Collect(Func<Tally, bool> isWanted)
    {
        var now = MinuteOf(_time.GetUtcNow());
        var all = new List<AnswerCount>();
        lock (_gate)
        {
            foreach (var minute in _minutes)
            {
                if (minute.Tallies is null || minute.Number > now || minute.Number <= now - MinutesKept)
                {
                    continue;
                }

                foreach (var (answer, tally) in minute.Tallies)
                {
                    if (isWanted(tally))
                    {
                        all.Add(new AnswerCount(minute.Number, answer, tally.Count));
                    }
                }
            }
        }

        return all;
    }

    internal static long MinuteOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / 60;

    private readonly record struct Minute(long Number, Dictionary<string, Tally>? Tallies);

    private sealed class Tally
    {
        public long Count { get; set; }

        public long Told { get; set; }
    }
}
