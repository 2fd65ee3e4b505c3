namespace S3Auth.Application.Service;

/// <summary>
/// Counts this instance's answers to signed requests, per minute for the last 24 hours: granted, or the code of the refusal. Its size is
/// bounded, because it keeps a fixed number of minutes and the server defines all codes.
/// </summary>
public sealed class RecentAnswers
{
    /// <summary>The minutes that are kept: one day.</summary>
    public const int MinutesKept = 24 * 60;

    /// <summary>The name of an answer that is not a refusal.</summary>
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

    /// <summary>When counting started.</summary>
    internal DateTimeOffset Since { get; }

    /// <summary>Counts a granted request.</summary>
    public void Granted() => Count(GrantedAnswer);

    /// <summary>Counts a refused or failed request.</summary>
    /// <param name="code">The refusal's code.</param>
    public void Refused(string code) => Count(code);

    /// <summary>Returns all counts.</summary>
    public IReadOnlyList<AnswerCount> Read() => Collect(static _ => true);

    /// <summary>Returns the counts that have changed since they were last published to the other instances.</summary>
    public IReadOnlyList<AnswerCount> ReadUnpublished() => Collect(static tally => tally.Count != tally.Published);

    /// <summary>Records that counts are published.</summary>
    public void MarkPublished(IReadOnlyList<AnswerCount> published)
    {
        ArgumentNullException.ThrowIfNull(published);

        lock (_gate)
        {
            foreach (var one in published)
            {
                ref var minute = ref _minutes[one.Minute % MinutesKept];
                if (minute.Number == one.Minute && minute.Tallies!.TryGetValue(one.Answer, out var tally))
                {
                    tally.Published = one.Count;
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
                // The entry still has the same minute of the day before.
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

        public long Published { get; set; }
    }
}
