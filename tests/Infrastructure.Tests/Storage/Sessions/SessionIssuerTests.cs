namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

public sealed class SessionIssuerTests
{
    private static readonly AccountId Hotkey = AccountId.FromBytes(new byte[32]);
    private static readonly SessionScope Miner = new(Hotkey, Role.Miner, ["data/x/5F/"]);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Test]
    public async Task Session_has_the_name_of_the_hotkey_and_the_prefixes_of_the_scope()
    {
        var issuer = new Issuer(new SessionFinding(true));

        await issuer.IssueAsync(Miner);

        var (request, duration) = issuer.Source.Issued.Single();
        Assert.That(
            (request.Name, request.Prefixes, request.MayWrite, duration),
            Is.EqualTo((Hotkey.ToString(), Miner.Prefixes, true, Hour)));
    }

    [Test]
    public void No_session_is_issued_before_the_first_test()
    {
        var issuer = new Issuer();

        var refused = issuer.Refuse(Miner);

        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.StorageUnavailable, (TimeSpan?)SessionGuard.RetryAfter)));
        Assert.That(issuer.Source.Issued, Is.Empty);
    }

    [TestCase(false, false, "would let them do more")]
    [TestCase(null, false, "cannot find out")]
    [TestCase(null, true, "does not know yet")]
    public void No_session_is_issued_unless_the_limits_are_enforced(bool? enforced, bool isTransient, string detail)
    {
        var issuer = new Issuer(new SessionFinding(enforced, "Internal.", isTransient));

        var refused = issuer.Refuse(Miner);

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.StorageUnavailable));
        Assert.That(refused.Message, Does.Contain(detail).And.Not.Contain("Internal"));
        Assert.That(refused.Message.Contains("/healthcheck", StringComparison.Ordinal), Is.EqualTo(!isTransient));
        Assert.That(refused.RetryAfter.HasValue, Is.EqualTo(isTransient));
        Assert.That(issuer.Source.Issued, Is.Empty);
    }

    [Test]
    public void Session_is_current_while_the_limits_are_enforced_and_its_keys_work()
    {
        var session = new Session(ScriptedSessions.SessionKey, "s", "t", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        var issuer = new Issuer(new SessionFinding(true));
        Assert.That(issuer.Subject.IsCurrent(session), Is.True);

        issuer.Source.CurrentKey = "another";
        Assert.That(issuer.Subject.IsCurrent(session), Is.False);

        issuer.Source.CurrentKey = ScriptedSessions.SessionKey;
        issuer.Guard.Apply(new SessionFinding(false, "Unsafe."));
        Assert.That(issuer.Subject.IsCurrent(session), Is.False);
    }

    [TestCase(nameof(SessionSourceException.Kind.Refused), 1, RefusalCode.StorageUnavailable, "tell the operator", true)]
    [TestCase(nameof(SessionSourceException.Kind.PolicyTooLong), 1, RefusalCode.StorageUnavailable, "tell the operator", true)]
    [TestCase(nameof(SessionSourceException.Kind.PolicyTooLong), 2, RefusalCode.InvalidRequest, "as 'source'", false)]
    [TestCase(nameof(SessionSourceException.Kind.Timeout), 1, RefusalCode.StorageTimeout, "try again", false)]
    [TestCase(nameof(SessionSourceException.Kind.Unavailable), 1, RefusalCode.StorageUnavailable, "try again", false)]
    public void Failure_is_a_precise_refusal(string kind, int prefixes, RefusalCode code, string detail, bool checksSoon)
    {
        var issuer = new Issuer(new SessionFinding(true));
        issuer.Source.OnIssue = _ => throw ScriptedSessions.Failure(Enum.Parse<SessionSourceException.Kind>(kind));

        var refused = issuer.Refuse(Miner with { Prefixes = [.. Enumerable.Range(0, prefixes).Select(i => $"data/{i}/")] });

        Assert.That(refused.Code, Is.EqualTo(code));
        Assert.That(refused.Message, Does.Contain(detail));
        Assert.That(refused.RetryAfter.HasValue, Is.EqualTo(detail == "try again"));
        Assert.That(issuer.Guard.TakeCheckRequest(), Is.EqualTo(checksSoon));
        Assert.That(issuer.Log.Text, Does.Contain("the STS says no."));
    }

    [Test]
    public void Server_without_keys_issues_no_session()
    {
        var issuer = new Issuer(new SessionFinding(true), keys: null);

        Assert.That(issuer.Refuse(Miner).Code, Is.EqualTo(RefusalCode.StorageUnavailable));
    }

    [Test]
    public void Scope_that_does_not_fit_is_not_issued()
    {
        var issuer = new Issuer(new SessionFinding(true));
        Assert.That(issuer.Subject.CanIssue(Miner), Is.True);

        issuer.Source.Fits = false;
        Assert.That(issuer.Subject.CanIssue(Miner), Is.False);
    }

    private sealed class Issuer
    {
        internal Issuer(SessionFinding? finding = null)
            : this(finding, StubStore.Keys)
        {
        }

        internal Issuer(SessionFinding? finding, SigningCredentials? keys)
        {
            Guard = new SessionGuard(new TestTime());
            if (finding is not null)
            {
                Guard.Apply(finding);
            }

            var log = LoggerFactory.Create(logging => logging.AddProvider(Log)).CreateLogger<SessionIssuer>();
            Subject = new SessionIssuer(Source, Guard, new CredentialSource(keys), log);
        }

        internal ScriptedSessions Source { get; } = new();

        internal SessionGuard Guard { get; }

        internal SessionIssuer Subject { get; }

        internal Log Log { get; } = new();

        internal Task<Session> IssueAsync(SessionScope scope) => Subject.IssueAsync(scope, Hour, CancellationToken.None);

        internal RefusedException Refuse(SessionScope scope) => Assert.ThrowsAsync<RefusedException>(() => IssueAsync(scope))!;
    }
}
