using S3Auth.Infrastructure.Tests.Storage.Sessions;

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class SessionCheckTests
{
    [Test]
    public async Task Line_says_that_the_limits_are_enforced()
    {
        await using var store = await LimitingStore.StartAsync();

        var (check, policies) = await RunAsync(store, new ScriptedSessions());

        Assert.That((check.Name, check.Result, policies), Is.EqualTo(("sessions", StoreCheckResult.Ok, (bool?)true)));
        Assert.That(check.Finding, Is.EqualTo("The store enforces the limits of temporary credentials."));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Known_finding_is_reported_without_another_test(bool isEnforced)
    {
        await using var store = await LimitingStore.StartAsync();
        var guard = new SessionGuard(TimeProvider.System);
        guard.Apply(new SessionFinding(isEnforced, isEnforced ? null : "A session can delete files."));
        var source = new ScriptedSessions { OnIssue = _ => throw new InvalidOperationException("Nothing may be asked.") };

        var (check, policies) = await RunAsync(store, source, guard);

        Assert.That(policies, Is.EqualTo(isEnforced));
        Assert.That(check.Result, Is.EqualTo(isEnforced ? StoreCheckResult.Ok : StoreCheckResult.Fail));
    }

    [Test]
    public async Task Line_says_what_was_not_tried()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Keys.Clear();
        store.Allowed.Add("get");

        var (check, _) = await RunAsync(store, new ScriptedSessions());

        Assert.That(check.Finding, Does.Contain("was not tried"));
    }

    [Test]
    public async Task Session_that_can_do_more_fails()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Add("delete");

        var (check, policies) = await RunAsync(store, new ScriptedSessions());

        Assert.That((check.Result, policies), Is.EqualTo((StoreCheckResult.Fail, (bool?)false)));
        Assert.That(check.Advice, Is.EqualTo("See docs/sessions.md."));
        Assert.That(check.Finding, Does.Contain("delete files"));
    }

    [TestCase(nameof(SessionSourceException.Kind.Refused), StoreCheckResult.Fail)]
    [TestCase(nameof(SessionSourceException.Kind.Timeout), StoreCheckResult.Warn)]
    public async Task Session_that_is_not_issued_is_a_problem(string kind, StoreCheckResult result)
    {
        await using var store = await LimitingStore.StartAsync();
        var source = new ScriptedSessions
        {
            OnIssue = _ => throw ScriptedSessions.Failure(Enum.Parse<SessionSourceException.Kind>(kind)),
        };

        var (check, policies) = await RunAsync(store, source);

        Assert.That((check.Result, policies), Is.EqualTo((result, (bool?)null)));
        Assert.That(check.Finding, Does.Contain("the STS says no."));
    }

    [Test]
    public async Task Duration_that_the_role_refuses_is_a_warning()
    {
        await using var store = await LimitingStore.StartAsync();
        var source = new ScriptedSessions
        {
            OnIssue = duration =>
            {
                if (duration > TimeSpan.FromMinutes(15))
                {
                    throw ScriptedSessions.Failure(SessionSourceException.Kind.Refused);
                }
            },
        };

        var (check, _) = await RunAsync(store, source);

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Warn));
        Assert.That(check.Finding, Does.Contain("SESSION_MAX_SECONDS"));
    }

    private static async Task<(StoreCheck Check, bool? Policies)> RunAsync(
        LimitingStore store, ScriptedSessions source, SessionGuard? guard = null)
    {
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        var options = store.Options;
        var exam = new StoreExam(
            http, options, new StoreEndpoints(options).Current, StubStore.Keys, PutProbeTests.Layout, TimeProvider.System);
        var probe = new SessionProbe(
            options, new SessionIssuerOptions { Mode = SessionMode.Sts }, source, PutProbeTests.Layout, TimeProvider.System);
        var check = await new SessionCheck(probe, guard ?? new SessionGuard(TimeProvider.System)).RunAsync(exam, CancellationToken.None);
        return (check, exam.Capabilities.SessionPolicies);
    }
}
