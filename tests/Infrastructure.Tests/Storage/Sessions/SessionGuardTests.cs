namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

public sealed class SessionGuardTests
{
    private static readonly SessionFinding Safe = new(true);
    private static readonly SessionFinding Unsafe = new(false, "Unsafe.");
    private static readonly SessionFinding Refused = new(null, "Refused.");
    private static readonly SessionFinding NoAnswer = new(null, "No answer.", IsTransient: true);

    [Test]
    public void Outage_changes_a_good_finding_only_after_its_time()
    {
        var time = new TestTime();
        var guard = new SessionGuard(time);
        guard.Apply(Safe);

        time.Advance(SessionGuard.MaxFindingAge);
        guard.Apply(NoAnswer);
        Assert.That(guard.Finding, Is.EqualTo(Safe));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(guard.IsEnforced, Is.False);
        Assert.That(guard.Finding.IsTransient, Is.True);
        Assert.That(guard.Finding.Problem, Does.Contain("could not repeat"));

        guard.Apply(NoAnswer);
        Assert.That(guard.Finding, Is.EqualTo(NoAnswer));
    }

    [Test]
    public void Refusal_of_the_STS_is_a_problem_but_no_finding_about_the_store()
    {
        var time = new TestTime();
        var guard = new SessionGuard(time);
        guard.Apply(Safe);

        time.Advance(SessionGuard.MaxFindingAge);
        guard.Apply(Refused);
        Assert.That(guard.Finding, Is.EqualTo(Safe with { Problem = "Refused." }));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((guard.IsEnforced, guard.Finding.Problem), Is.EqualTo((false, "Refused.")));
    }

    [Test]
    public void Unsafe_finding_counts_at_once_and_no_outage_ends_it()
    {
        var guard = new SessionGuard(new TestTime());
        guard.Apply(Safe);
        guard.Apply(Unsafe);
        Assert.That(guard.Finding, Is.EqualTo(Unsafe));

        guard.Apply(NoAnswer);
        Assert.That(guard.Finding, Is.EqualTo(Unsafe));

        guard.Apply(Safe);
        Assert.That(guard.IsEnforced, Is.True);
    }

    [Test]
    public void First_outage_is_a_problem()
    {
        var guard = new SessionGuard(new TestTime());

        guard.Apply(NoAnswer);

        Assert.That(guard.Finding, Is.EqualTo(NoAnswer));
    }

    [Test]
    public void Check_request_is_taken_once()
    {
        var guard = new SessionGuard(new TestTime());
        Assert.That(guard.TakeCheckRequest(), Is.False);

        guard.CheckSoon();

        Assert.That((guard.TakeCheckRequest(), guard.TakeCheckRequest()), Is.EqualTo((true, false)));
    }
}
