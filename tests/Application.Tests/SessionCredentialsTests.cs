using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application.Tests;

/// <summary>Temporary credentials: their scope, their duration, what they cost, and when a request gets the same ones again.</summary>
public sealed class SessionCredentialsTests : IDisposable
{
    private static readonly string[] OfBob = [$"data/x/{Subnet.Dave}/", $"data/reddit/{Subnet.Dave}/"];

    private Subnet _subnet = null!;

    private static GetSessionCredentialsCommand OfAlice => new()
    {
        Role = Role.Validator,
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    [SetUp]
    public void SetUp()
    {
        _subnet = new Subnet();
        _subnet.UseSessions();
    }

    [TearDown]
    public void Dispose() => _subnet.Dispose();

    [Test]
    public async Task Miner_gets_its_own_folders_and_signs_the_commitment_of_a_miner()
    {
        var given = await _subnet.SendAsync(Subnet.SessionOfBob);

        Assert.Multiple(() =>
        {
            Assert.That(given.Prefixes, Is.EqualTo(OfBob));
            Assert.That(given.Actions, Does.Contain("s3:PutObject").And.Not.Contain("s3:DeleteObject"));
            Assert.That(given.NotEnforced, Is.EqualTo(new[] { "file_size", "daily_files", "write_once" }));
            Assert.That(
                (given.Bucket, given.Region, given.Endpoint),
                Is.EqualTo(("bucket", "us-east-2", "https://s3.us-east-2.amazonaws.com")));
            Assert.That(_subnet.Verified.Single().Text, Is.EqualTo($"s3:data:access:{Subnet.Dave}:{Subnet.Bob}:{Subnet.Now}"));
        });
        VerifyIssued(new SessionScope(Subnet.Bob, Role.Miner, OfBob), TimeSpan.FromHours(1));
    }

    [Test]
    public async Task Source_limits_a_session_to_one_folder()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob with { Source = Subnet.SourceOf("reddit") });

        VerifyIssued(new SessionScope(Subnet.Bob, Role.Miner, [OfBob[1]]), TimeSpan.FromHours(1));
    }

    [Test]
    public async Task Validator_gets_all_data_to_read_and_signs_the_commitment_of_a_validator()
    {
        var given = await _subnet.SendAsync(OfAlice with { Coldkey = Subnet.Dave });

        Assert.Multiple(() =>
        {
            Assert.That(given.Prefixes, Is.EqualTo(new[] { "data/" }));
            Assert.That(given.Actions, Is.EqualTo(new[] { "s3:GetObject", "s3:ListBucket" }));
            Assert.That(given.NotEnforced, Is.Empty);
            Assert.That(_subnet.Verified.Single().Text, Is.EqualTo($"s3:validator:access:{Subnet.Now}"));
        });
        VerifyIssued(new SessionScope(Subnet.Alice, Role.Validator, ["data/"]), TimeSpan.FromHours(1));
    }

    [TestCase("coldkey", "x", "data/x/")]
    [TestCase("{source}/{hotkey}/", "", "x/,reddit/")]
    [TestCase("{source}/{hotkey}/", "reddit", "reddit/")]
    [TestCase("46-{hotkey}/", "", "46-")]
    [TestCase("{hotkey}/", "", "")]
    [TestCase("weights/{netuid}/{hotkey}/", "", "weights/46/")]
    public async Task Validator_gets_no_more_than_the_prefixes_of_miners_files(string template, string source, string prefixes)
    {
        using var subnet = new Subnet { Layout = Layouts.Of(template, "x", "reddit") };
        subnet.UseSessions();

        var given = await subnet.SendAsync(OfAlice with { Source = source.Length > 0 ? Subnet.SourceOf(source) : null });

        Assert.That(given.Prefixes, Is.EqualTo(prefixes.Split(',')));
    }

    [Test]
    public void Hotkey_without_stake_gets_no_session_of_a_validator()
    {
        var refused = Refuse(OfAlice with { Hotkey = Subnet.Bob });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.NotAValidator));
        VerifyNothingIssued();
    }

    [Test]
    public void Coldkey_of_another_account_gets_no_session()
    {
        Assert.That(Refuse(Subnet.SessionOfBob with { Coldkey = Subnet.Charlie }).Code, Is.EqualTo(RefusalCode.ColdkeyMismatch));
        VerifyNothingIssued();
    }

    [Test]
    public void Commitment_of_a_miner_needs_the_coldkey() =>
        Assert.That(Refuse(Subnet.SessionOfBob with { Coldkey = null }).Errors.Keys, Is.EqualTo(new[] { "coldkey" }));

    [TestCase(899)]
    [TestCase(43_201)]
    [TestCase(0)]
    [TestCase(long.MinValue)]
    public void Duration_outside_the_bounds_is_refused(long seconds) =>
        Assert.That(Refuse(Subnet.SessionOfBob with { DurationSeconds = seconds }).Errors.Keys, Is.EqualTo(new[] { "duration_seconds" }));

    [TestCase(null, 43_200, 3600)]
    [TestCase(43_200, 43_200, 43_200)]
    [TestCase(43_200, 3600, 3600)]
    [TestCase(900, 3600, 900)]
    [TestCase(null, 900, 900)]
    public async Task Duration_is_the_requested_one_up_to_the_maximum_of_the_deployment(long? requested, int max, int expected)
    {
        using var subnet = new Subnet { SessionRules = new SessionRules(TimeSpan.FromSeconds(max)) };
        subnet.UseSessions();

        var given = await subnet.SendAsync(Subnet.SessionOfBob with { DurationSeconds = requested });

        Assert.That(given.Expiration - subnet.Time.GetUtcNow(), Is.EqualTo(TimeSpan.FromSeconds(expected)));
    }

    [Test]
    public void Source_that_is_not_configured_is_refused() =>
        Assert.That(Refuse(Subnet.SessionOfBob with { Source = Subnet.SourceOf("tiktok") }).Errors.Keys, Is.EqualTo(new[] { "source" }));

    [Test]
    public void Scope_that_does_not_fit_into_one_session_asks_for_a_source_and_costs_nothing()
    {
        _subnet.Sessions.Setup(port => port.CanIssue(It.IsAny<SessionScope>())).Returns(false);

        var refused = Refuse(Subnet.SessionOfBob);

        Assert.That((refused.Code, refused.Errors.Keys.Single()), Is.EqualTo((RefusalCode.InvalidRequest, "source")));
        VerifyNothingIssued();
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Once);
    }

    [Test]
    public void Deployment_without_sessions_says_what_to_call_and_costs_nothing()
    {
        _subnet.Sessions.SetupGet(port => port.Mode).Returns(SessionMode.Off);

        var (miner, validator) = (Refuse(Subnet.SessionOfBob), Refuse(OfAlice));

        Assert.Multiple(() =>
        {
            Assert.That((miner.Code, validator.Code), Is.EqualTo(
                (RefusalCode.SessionCredentialsUnsupported, RefusalCode.SessionCredentialsUnsupported)));
            Assert.That(miner.Message, Does.Contain("/get-file-upload-urls"));
            Assert.That(validator.Message, Does.Contain("/list-files"));
        });
        VerifyNothingIssued();
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Exactly(2));
    }

    [Test]
    public async Task Session_counts_against_its_own_limit_whatever_the_role()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob);
        await _subnet.SendAsync(OfAlice);

        _subnet.Quota.Verify(
            port => port.TakeAsync(
                It.Is<QuotaRequest>(one => one.Kind == GrantKind.Session
                    && one.Limit == 5 && one.FileLimit == null && one.TotalLimit == 5000 && one.Cost == QuotaCost.OneGrant),
                It.IsAny<CancellationToken>()),
            Times.Exactly(2));
    }

    [Test]
    public void Used_up_limit_is_refused_with_a_text_about_sessions()
    {
        _subnet.Counted = new QuotaCount(Granted: false, Used: 5, FilesUsed: 0, TotalUsed: 40, IsShared: true);

        var refused = Refuse(Subnet.SessionOfBob);

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.QuotaExceeded));
        Assert.That(refused.Message, Does.StartWith("This hotkey has used its 5 sessions of today;"));
        VerifyNothingIssued();
    }

    [Test]
    public async Task Second_request_gets_the_same_session_and_costs_nothing()
    {
        var first = await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Counted = new QuotaCount(Granted: false, Used: 5, FilesUsed: 0, TotalUsed: 40, IsShared: true);
        _subnet.Time.Advance(TimeSpan.FromMinutes(4));

        var second = await _subnet.SendAsync(Subnet.SessionOfBob);

        Assert.Multiple(() =>
        {
            Assert.That((second.AccessKeyId, second.SessionToken, second.Expiration), Is.EqualTo(
                (first.AccessKeyId, first.SessionToken, first.Expiration)));
            Assert.That(_subnet.Recorded.Select(record => record.Granted!.IsReused), Is.EqualTo(new[] { false, true }));
            Assert.That(_subnet.UsedProofs, Has.Count.EqualTo(2), "A replay is refused, not answered.");
        });
        _subnet.Quota.Verify(port => port.TakeAsync(It.IsAny<QuotaRequest>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [TestCase(1799, true)]
    [TestCase(1800, false)]
    [TestCase(3600, false)]
    public async Task Session_is_reused_only_while_more_than_half_of_its_life_is_left(int seconds, bool isReused)
    {
        var first = await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Time.Advance(TimeSpan.FromSeconds(seconds));

        var second = await _subnet.SendAsync(Subnet.SessionOfBob with { Timestamp = Subnet.Now + seconds });

        Assert.That(second.AccessKeyId == first.AccessKeyId, Is.EqualTo(isReused));
    }

    [Test]
    public async Task Session_is_reused_only_for_the_same_hotkey_scope_and_duration()
    {
        var keys = new List<string>();
        foreach (var request in (GetSessionCredentialsCommand[])[
            Subnet.SessionOfBob,
            Subnet.SessionOfBob with { Source = Subnet.SourceOf("x") },
            Subnet.SessionOfBob with { Source = Subnet.SourceOf("reddit") },
            OfAlice,
            OfAlice with { Source = Subnet.SourceOf("x") },
            new GetSessionCredentialsCommand
            {
                Hotkey = Subnet.Alice, Coldkey = Subnet.Charlie, Timestamp = Subnet.Now, Signature = Subnet.Good,
            },
        ])
        {
            keys.Add((await _subnet.SendAsync(request)).AccessKeyId);
            keys.Add((await _subnet.SendAsync(request with { DurationSeconds = 900 })).AccessKeyId);
        }

        Assert.That(keys, Is.Unique);
    }

    [Test]
    public void Hotkeys_with_the_same_prefixes_have_different_scopes()
    {
        var scope = new SessionScope(Subnet.Alice, Role.Validator, ["data/"]);

        Assert.That(scope, Is.EqualTo(new SessionScope(Subnet.Alice, Role.Validator, ["data/"])));
        Assert.That(scope, Is.Not.EqualTo(new SessionScope(Subnet.Bob, Role.Validator, ["data/"])));
        Assert.That(scope, Is.Not.EqualTo(new SessionScope(Subnet.Alice, Role.Miner, ["data/"])));
    }

    [Test]
    public async Task Miner_that_changes_its_coldkey_gets_a_session_of_its_new_folders()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Metagraph.SetupGet(port => port.Current).Returns(new Metagraph(
            "static",
            46,
            8,
            DateTimeOffset.FromUnixTimeSeconds(Subnet.Now),
            [new Neuron(1, Subnet.Bob, Subnet.Charlie, ValidatorPermit: false, default, Active: true)]));

        var given = await _subnet.SendAsync(Subnet.SessionOfBob with { Coldkey = Subnet.Charlie });

        Assert.That(given.Prefixes, Is.EqualTo(new[] { $"data/x/{Subnet.Charlie}/", $"data/reddit/{Subnet.Charlie}/" }));
        Assert.That(given.AccessKeyId, Is.EqualTo("key-2"));
    }

    [Test]
    public async Task Denied_hotkey_gets_no_session_although_one_is_cached()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Exceptions = new AccessRules([new AccessDenial(Subnet.Bob, IsOfColdkey: false, "copies", Until: null)], [], []);

        Assert.That(Refuse(Subnet.SessionOfBob).Code, Is.EqualTo(RefusalCode.AccessDenied));
    }

    [Test]
    public async Task Replayed_request_gets_no_session_although_one_is_cached()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Use = ProofUse.Repeated;

        Assert.That(Refuse(Subnet.SessionOfBob).Code, Is.EqualTo(RefusalCode.ReplayedRequest));
    }

    [Test]
    public async Task Session_that_is_not_current_any_more_is_not_reused()
    {
        await _subnet.SendAsync(Subnet.SessionOfBob);
        _subnet.Sessions.Setup(port => port.IsCurrent(It.IsAny<Session>())).Returns(false);

        Assert.That((await _subnet.SendAsync(Subnet.SessionOfBob)).AccessKeyId, Is.EqualTo("key-2"));
    }

    [Test]
    public void Failure_of_the_STS_is_refunded_and_not_cached()
    {
        _subnet.Sessions.Setup(port => port.IssueAsync(It.IsAny<SessionScope>(), It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(RefusedException.StorageTimeout());

        Assert.That(Refuse(Subnet.SessionOfBob).Code, Is.EqualTo(RefusalCode.StorageTimeout));

        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Once);
        _subnet.UseSessions();
        Assert.That(async () => (await _subnet.SendAsync(Subnet.SessionOfBob)).AccessKeyId, Is.EqualTo("key-1"));
    }

    [Test]
    public async Task No_text_of_the_answer_or_of_the_session_has_a_secret()
    {
        var given = await _subnet.SendAsync(Subnet.SessionOfBob);
        var session = new Session("id", "secret", "token", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        Assert.That($"{given}{session}{_subnet.Recorded[0]}", Does.Not.Contain("secret").And.Not.Contain("token"));
    }

    [Test]
    public async Task Cache_keeps_no_session_past_half_of_its_life()
    {
        var cache = _subnet.Services().GetRequiredService<SessionCache>();
        for (byte i = 1; i <= 100; i++)
        {
            var scope = new SessionScope(AccountId.FromBytes(Enumerable.Repeat(i, AccountId.Size).ToArray()), Role.Miner, ["a/"]);
            cache.Add(
                scope, TimeSpan.FromHours(1), new Session("id", "s", "t", _subnet.Time.GetUtcNow(), _subnet.Time.GetUtcNow().AddHours(1)));
        }

        _subnet.Time.Advance(TimeSpan.FromMinutes(31));
        await _subnet.SendAsync(Subnet.SessionOfBob with { Timestamp = Subnet.Now + 1860 });

        Assert.That(cache.Count, Is.EqualTo(1));
    }

    private RefusedException Refuse<T>(IRequest<T> request) => Assert.ThrowsAsync<RefusedException>(() => _subnet.SendAsync(request))!;

    private void VerifyIssued(SessionScope scope, TimeSpan duration) =>
        _subnet.Sessions.Verify(port => port.IssueAsync(scope, duration, It.IsAny<CancellationToken>()), Times.Once);

    private void VerifyNothingIssued() => _subnet.Sessions.Verify(
        port => port.IssueAsync(It.IsAny<SessionScope>(), It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()), Times.Never);
}
