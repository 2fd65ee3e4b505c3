
namespace S3Auth.Application.Tests;

public sealed class RecentAnswersTests
{
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 26, 10, 0, 30, TimeSpan.Zero));

    [Test]
    public void Answers_are_counted_in_their_minute_by_what_they_were()
    {
        var answers = new RecentAnswers(_time);
        answers.Granted();
        answers.Granted();
        answers.Refused("invalid_signature");
        _time.Advance(TimeSpan.FromMinutes(2));
        answers.Refused("invalid_signature");
        answers.Refused("quota_exceeded");

        var hour = Hour(answers);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((hour.Requests, hour.Granted, hour.Refused), Is.EqualTo((5, 2, 3)));
            Assert.That(
                hour.RefusedByReason,
                Is.EqualTo(new Dictionary<string, long>(StringComparer.Ordinal) { ["invalid_signature"] = 2, ["quota_exceeded"] = 1 }));
            Assert.That(hour.GrantedPerInterval.TakeLast(3), Is.EqualTo(new[] { 2, 0, 0 }));
            Assert.That(hour.RefusedPerInterval.TakeLast(3), Is.EqualTo(new[] { 1, 0, 2 }));
            Assert.That((hour.GrantedPerInterval.Count, hour.IntervalSeconds), Is.EqualTo((60, 60)));
            Assert.That(
                hour.Since, Is.EqualTo(new DateTimeOffset(2026, 11, 26, 9, 3, 0, TimeSpan.Zero)), "the last interval is this minute");
            Assert.That(answers.Since, Is.EqualTo(new DateTimeOffset(2026, 11, 26, 10, 0, 30, TimeSpan.Zero)));
        }
    }

    [Test]
    public void Half_hours_hold_their_minutes()
    {
        var answers = new RecentAnswers(_time);
        for (var minute = 0; minute < 45; minute++)
        {
            answers.Granted();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        var day = Day(answers);

        Assert.That(
            day.GrantedPerInterval.TakeLast(3), Is.EqualTo(new[] { 0, 16, 29 }),
            "this minute, in which there was none yet, is the last of the last");
    }

    [Test]
    public void What_is_older_than_what_is_asked_for_does_not_count_and_makes_room()
    {
        var answers = new RecentAnswers(_time);
        answers.Granted();
        answers.Refused("invalid_signature");

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.That(Hour(answers).Requests, Is.EqualTo(2));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((Hour(answers).Requests, Day(answers).Requests), Is.EqualTo((0, 2)));
        _time.Advance(TimeSpan.FromHours(23));
        Assert.That(Day(answers).Requests, Is.Zero);
        answers.Granted();

        // Its place is the one of the same minute of yesterday.
        Assert.That((Day(answers).Granted, Day(answers).Refused), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Clock_that_is_set_back_or_far_ahead_shows_nothing_twice()
    {
        var set = new SetTime { Now = new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero) };
        var answers = new RecentAnswers(set);
        answers.Granted();
        set.Now = set.Now.AddHours(-3);

        Assert.That(answers.Read(), Is.Empty, "it is in the future");
        answers.Granted();
        Assert.That(answers.Read().Sum(one => one.Count), Is.EqualTo(1));
        set.Now = set.Now.AddYears(1);
        Assert.That(answers.Read(), Is.Empty);
    }

    [Test]
    public void None_is_lost_when_many_answer_at_once()
    {
        var answers = new RecentAnswers(_time);

        Parallel.For(0, 10_000, i =>
        {
            if (i % 2 == 0)
            {
                answers.Granted();
            }
            else
            {
                answers.Refused("rate_limited");
            }
        });

        Assert.That((Hour(answers).Granted, Hour(answers).Refused), Is.EqualTo((5000, 5000)));
    }

    [Test]
    public void Somebody_is_told_of_what_changed()
    {
        var answers = new RecentAnswers(_time);
        answers.Granted();
        answers.Refused("rate_limited");
        var first = answers.ReadUnpublished();
        answers.Granted();

        answers.MarkPublished(first);
        var second = answers.ReadUnpublished();
        answers.MarkPublished(second);

        Assert.That(first.Select(one => (one.Answer, one.Count)), Is.EqualTo(new[] { ("granted", 1L), ("rate_limited", 1L) }));
        Assert.That(second.Select(one => (one.Answer, one.Count)), Is.EqualTo(new[] { ("granted", 2L) }), "what changed, whole");
        Assert.That(answers.ReadUnpublished(), Is.Empty);
        Assert.That(answers.Read().Sum(one => one.Count), Is.EqualTo(3), "what was told is still known");
    }

    [Test]
    public void Telling_of_a_minute_that_is_forgotten_changes_no_other()
    {
        var answers = new RecentAnswers(_time);
        answers.Granted();
        var yesterday = answers.ReadUnpublished();
        _time.Advance(TimeSpan.FromDays(1));
        answers.Granted();

        answers.MarkPublished(yesterday);

        Assert.That(answers.ReadUnpublished().Single().Count, Is.EqualTo(1));
    }

    private Activity Hour(RecentAnswers answers) =>
        Activity.Of(answers.Read(), RecentAnswers.MinuteOf(_time.GetUtcNow()), minutes: 1, parts: 60);

    private Activity Day(RecentAnswers answers) =>
        Activity.Of(answers.Read(), RecentAnswers.MinuteOf(_time.GetUtcNow()), minutes: 30, parts: 48);

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
