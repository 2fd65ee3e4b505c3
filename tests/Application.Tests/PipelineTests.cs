using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application.Tests;

/// <summary>The rules of the security model.</summary>
public sealed class PipelineTests
{
    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp()
    {
        _subnet = new Subnet();
        _subnet.UseMultipartStore();
        _subnet.UseSessions();
    }

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Miner_is_verified_over_its_own_commitment()
    {
        await _subnet.SendAsync(Subnet.AsBob);

        Assert.That(_subnet.Verified, Is.EqualTo(new[] { (Subnet.Bob, $"s3:data:access:{Subnet.Dave}:{Subnet.Bob}:{Subnet.Now}") }));
    }

    [Test]
    public async Task Validator_is_verified_over_its_own_commitment()
    {
        await _subnet.SendAsync(Subnet.AsAlice);

        Assert.That(_subnet.Verified, Is.EqualTo(new[] { (Subnet.Alice, $"s3:validator:access:{Subnet.Now}") }));
    }

    [Test]
    public async Task Wrong_signature_is_refused()
    {
        var miner = await _subnet.RefuseAsync(Subnet.AsBob with { Signature = Subnet.Bad });
        var validator = await _subnet.RefuseAsync(Subnet.AsAlice with { Signature = Subnet.Bad });

        Assert.Multiple(() =>
        {
            Assert.That(miner.Code, Is.EqualTo(RefusalCode.InvalidSignature));
            Assert.That(miner.Message, Does.Contain($"s3:data:access:{Subnet.Dave}:{Subnet.Bob}:{Subnet.Now}"), "it says what to sign");
            Assert.That(validator.Code, Is.EqualTo(RefusalCode.InvalidSignature));
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Denied_caller_is_refused_with_the_operators_reason_before_it_costs_anything(bool isColdkey)
    {
        var denied = isColdkey ? Subnet.Dave : Subnet.Bob;
        _subnet.Exceptions = new AccessRules([new AccessDenial(denied, isColdkey, "Uploads copies!", Until: null)], [], []);

        var upload = await _subnet.RefuseAsync(Subnet.AsBob);
        var read = await _subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = Subnet.Bob });

        Assert.Multiple(() =>
        {
            Assert.That((upload.Code, read.Code), Is.EqualTo((RefusalCode.AccessDenied, RefusalCode.AccessDenied)));
            Assert.That(
                upload.Message,
                Is.EqualTo(
                    $"The operator of this server denies access to the {(isColdkey ? "coldkey" : "hotkey")} {denied}, for this reason: "
                    + "Uploads copies!"));
            Assert.That(_subnet.UsedProofs, Is.Empty);
            Assert.That(_subnet.Recorded.Select(record => record.Decision), Is.All.EqualTo("access_denied"));
        });
        _subnet.Quota.Verify(port => port.TakeAsync(It.IsAny<QuotaRequest>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Test]
    public async Task Denial_is_not_told_to_who_cannot_sign_for_the_hotkey()
    {
        _subnet.Exceptions = new AccessRules([new AccessDenial(Subnet.Bob, IsOfColdkey: false, "spam", Until: null)], [], []);

        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Signature = Subnet.Bad });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidSignature));
    }

    [Test]
    public async Task Rules_are_those_of_the_moment_of_the_request()
    {
        await _subnet.SendAsync(Subnet.AsBob);
        _subnet.Exceptions = new AccessRules(
            [new AccessDenial(Subnet.Bob, IsOfColdkey: false, "spam", _subnet.Time.GetUtcNow().AddSeconds(10))], [], []);
        await _subnet.RefuseAsync(Subnet.AsBob);
        _subnet.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.That(() => _subnet.SendAsync(Subnet.AsBob), Throws.Nothing);
    }

    [Test]
    public async Task Unregistered_uploader_uploads_into_the_folder_of_its_rule_and_names_the_coldkey_of_its_rule()
    {
        _subnet.Exceptions = new AccessRules([], [], [new UploaderRule(Subnet.Charlie, Subnet.Eve, _subnet.Time.GetUtcNow().AddDays(1))]);
        var request = Subnet.AsBob with { Hotkey = Subnet.Charlie, Coldkey = Subnet.Eve };

        var access = await _subnet.SendAsync(request);
        var mismatch = await _subnet.RefuseAsync(request with { Coldkey = Subnet.Dave });

        Assert.Multiple(() =>
        {
            Assert.That(access.Folder, Is.EqualTo($"data/x/{Subnet.Eve}/"));
            Assert.That(mismatch.Code, Is.EqualTo(RefusalCode.ColdkeyMismatch));
            Assert.That(mismatch.Message, Does.Contain("access rules").And.Not.Contain(Subnet.Eve.ToString()));
            Assert.That(
                (_subnet.Recorded[0].Coldkey, _subnet.Recorded[0].Uid, _subnet.Recorded[0].Proved),
                Is.EqualTo(((AccountId?)Subnet.Eve, (ushort?)null, true)));
        });
        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Never);
    }

    [Test]
    public async Task Validator_finds_the_folder_of_an_unregistered_uploader_by_its_hotkey()
    {
        _subnet.Exceptions = new AccessRules([], [], [new UploaderRule(Subnet.Charlie, Subnet.Eve, _subnet.Time.GetUtcNow().AddDays(1))]);

        var access = await _subnet.SendAsync(new GetMinerSpecificAccessCommand
        {
            Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerHotkey = Subnet.Charlie,
        });

        Assert.That(access.Prefix, Is.EqualTo($"data/x/{Subnet.Eve}/"));
    }

    [Test]
    public async Task Validator_does_not_find_the_folder_of_an_uploader_whose_rule_has_ended()
    {
        _subnet.Exceptions = new AccessRules([], [], [new UploaderRule(Subnet.Charlie, Subnet.Eve, _subnet.Time.GetUtcNow())]);

        var refused = await _subnet.RefuseAsync(new GetMinerSpecificAccessCommand
        {
            Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerHotkey = Subnet.Charlie,
        });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.MinerNotFound));
    }

    [Test]
    public async Task Unregistered_reader_reads_and_cannot_upload()
    {
        _subnet.Exceptions = new AccessRules([], [new ReaderRule(Subnet.Charlie, Until: null)], []);

        var access = await _subnet.SendAsync(Subnet.AsAlice with { Hotkey = Subnet.Charlie });
        var upload = await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Charlie });

        Assert.Multiple(() =>
        {
            Assert.That(access.ValidatorHotkey, Is.EqualTo(Subnet.Charlie));
            Assert.That(upload.Code, Is.EqualTo(RefusalCode.HotkeyNotRegistered));
            Assert.That((_subnet.Recorded[0].Coldkey, _subnet.Recorded[0].Uid), Is.EqualTo(((AccountId?)null, (ushort?)null)));
        });
        _subnet.Quota.Verify(port => port.TakeAsync(
            It.Is<QuotaRequest>(one => one.Kind == GrantKind.Validator && one.Limit == _subnet.Limits.PerValidator),
            It.IsAny<CancellationToken>()));
    }

    [Test]
    public async Task Miner_that_may_read_counts_its_reads_apart_and_against_the_limit_of_miners()
    {
        using var subnet = new Subnet { MinersMayRead = true };

        await subnet.SendAsync(Subnet.AsAlice with { Hotkey = Subnet.Bob });

        subnet.Quota.Verify(port => port.TakeAsync(
            It.Is<QuotaRequest>(one => one.Kind == GrantKind.Validator && one.Limit == subnet.Limits.PerMiner),
            It.IsAny<CancellationToken>()));
    }

    [Test]
    public async Task Validator_uploads_against_the_limit_of_miners()
    {
        await _subnet.SendAsync(Subnet.AsBob with { Hotkey = Subnet.Alice, Coldkey = ColdkeyOf(Subnet.Alice) });

        _subnet.Quota.Verify(port => port.TakeAsync(
            It.Is<QuotaRequest>(one => one.Kind == GrantKind.Miner && one.Limit == _subnet.Limits.PerMiner),
            It.IsAny<CancellationToken>()));

        AccountId ColdkeyOf(AccountId hotkey) => _subnet.Metagraph.Object.Current!.Find(hotkey)!.Coldkey;
    }

    [Test]
    public async Task Request_that_names_its_audience_is_verified_over_a_commitment_that_ends_with_it()
    {
        await _subnet.SendAsync(Subnet.AsAlice with { Audience = AudienceOf("S3-Auth.example.com") });

        Assert.That(
            _subnet.Verified, Is.EqualTo(new[] { (Subnet.Alice, $"s3:validator:access:{Subnet.Now}:S3-Auth.example.com") }),
            "as it was sent");
    }

    [TestCase("other.example.com", false, true)]
    [TestCase("other.example.com", false, false)]
    [TestCase(null, true, true)]
    [TestCase(null, true, false)]
    public async Task Proof_for_another_server_costs_its_owner_nothing(string? audience, bool isRequired, bool isPublic)
    {
        var own = AudienceOf("s3-auth.example.com");
        _subnet.Audiences = new Audiences([own, AudienceOf("internal:8000")], isRequired) { Public = isPublic ? own : null };
        Audience? named = audience is null ? null : AudienceOf(audience);

        var refused = await _subnet.RefuseAsync(Subnet.AsAlice with { Audience = named });
        var unknown = await _subnet.RefuseAsync(Subnet.AsAlice with { Audience = named, Hotkey = Subnet.Dave });

        Assert.Multiple(() =>
        {
            Assert.That((refused.Code, unknown.Code), Is.EqualTo((RefusalCode.WrongAudience, RefusalCode.WrongAudience)));
            Assert.That(refused.Message, Does.Contain(audience ?? "accepts only requests that name it").And.Not.Contain("internal"));
            Assert.That(refused.Message.Contains("s3-auth.example.com", StringComparison.Ordinal), Is.EqualTo(isPublic));
            Assert.That(_subnet.UsedProofs, Is.Empty, "it is still good where it was meant for");
            Assert.That(_subnet.Recorded.Select(record => (record.Decision, record.Proved)), Is.All.EqualTo(("wrong_audience", false)));
        });
        _subnet.Quota.Verify(port => port.TakeAsync(It.IsAny<QuotaRequest>(), It.IsAny<CancellationToken>()), Times.Never);
        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Never);
    }

    [Test]
    public async Task Audience_is_named_only_to_the_holder_of_the_key()
    {
        _subnet.Audiences = new Audiences([AudienceOf("s3-auth.example.com")], IsRequired: true);

        var refused = await _subnet.RefuseAsync(Subnet.AsAlice with { Audience = AudienceOf("other.example.com"), Signature = Subnet.Bad });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidSignature));
    }

    [Test]
    public async Task Hotkey_that_is_not_in_the_metagraph_is_refused_with_netuid_and_network()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.HotkeyNotRegistered));
            Assert.That(refused.Message, Does.Contain("netuid 46").And.Contain("static"));
        });
    }

    [Test]
    public async Task Hotkey_that_is_not_in_the_metagraph_triggers_a_refresh()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave });

        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Once);
        Assert.That(refused.Message, Does.Contain("try again in 30 s if you just did"));
    }

    [Test]
    public async Task Refresh_cannot_be_triggered_without_the_key()
    {
        await _subnet.SendAsync(Subnet.AsBob);
        await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave, Signature = Subnet.Bad });
        await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave, Timestamp = Subnet.Now - 1000 });
        await _subnet.RefuseAsync(Subnet.AsBob with { Coldkey = Subnet.Charlie });
        await _subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = Subnet.Bob });

        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Never);
    }

    [Test]
    public async Task Coldkey_that_does_not_own_the_hotkey_on_chain_is_refused()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Coldkey = Subnet.Charlie });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.ColdkeyMismatch));
    }

    [Test]
    public async Task Miner_without_a_permit_is_refused_as_validator()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = Subnet.Bob });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.NotAValidator));
            Assert.That(refused.Message, Does.Contain("no validator permit").And.Contain("0 alpha").And.Contain("20000 alpha"));
        });
    }

    [Test]
    public async Task Permit_without_more_than_the_minimum_stake_is_refused_as_validator()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = Subnet.Eve });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.NotAValidator));
            Assert.That(refused.Message, Does.Contain("a validator permit and 20000 alpha staked").And.Contain("more than 20000 alpha"));
        });
    }

    [Test]
    public async Task Server_without_a_metagraph_calls_no_request_invalid()
    {
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);

        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Signature = Subnet.Bad });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.ChainUnavailable));
            Assert.That(refused.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(_subnet.Verified, Is.Empty);
        });
    }

    [TestCase(-301, RefusalCode.TimestampExpired, "1 s too old (the limit is 300 s")]
    [TestCase(61, RefusalCode.TimestampInFuture, "1 s too far ahead (the limit is 60 s")]
    public async Task Request_outside_the_window_is_refused_before_its_signature_is_verified(long offset, RefusalCode code, string said)
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Timestamp = Subnet.Now + offset });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(code));
            Assert.That(refused.Message, Does.Contain(said).And.Contain($"server's time is {Subnet.Now}"));
            Assert.That(_subnet.Verified, Is.Empty);
        });
    }

    [Test]
    public async Task Refusal_of_a_timestamp_in_milliseconds_says_so()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Timestamp = Subnet.Now * 1000 });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.TimestampInFuture));
            Assert.That(refused.Message, Does.Contain("milliseconds"));
        });
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(-Subnet.Now)]
    public async Task Expiry_that_is_not_after_now_is_refused(long offset)
    {
        var miner = await _subnet.RefuseAsync(Subnet.AsBob with { Expiry = Subnet.Now + offset });
        var validator = await _subnet.RefuseAsync(Subnet.AsAlice with { Expiry = Subnet.Now + offset });

        Assert.Multiple(() =>
        {
            Assert.That(miner.Code, Is.EqualTo(RefusalCode.ExpiryInPast));
            Assert.That(validator.Code, Is.EqualTo(RefusalCode.ExpiryInPast));
            Assert.That(_subnet.Verified, Is.Empty);
        });
    }

    [Test]
    public async Task Refusal_names_all_missing_members_by_their_wire_names()
    {
        var refused = await _subnet.RefuseAsync(new GetFolderAccessCommand());

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidRequest));
            Assert.That(refused.Errors.Keys, Is.EquivalentTo(new[] { "coldkey", "hotkey", "signature", "timestamp" }));
            Assert.That(_subnet.Verified, Is.Empty);
        });
    }

    [Test]
    public async Task Malformed_and_expired_request_is_refused_as_malformed()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Coldkey = null, Timestamp = 0 });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidRequest));
    }

    [Test]
    public async Task Source_that_is_not_configured_is_refused()
    {
        var refused = await _subnet.RefuseAsync(Subnet.AsBob with { Source = Subnet.SourceOf("youtube") });

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidRequest));
            Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "source" }));
            Assert.That(refused.Message, Does.Contain("x, reddit"));
        });
    }

    [Test]
    public async Task Source_is_refused_if_the_layout_has_none()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        var refused = await subnet.RefuseAsync(Subnet.AsBob with { Source = Subnet.SourceOf("x") });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidRequest));
    }

    internal static IEnumerable<SignedRequest> EverySignedRequest() =>
    [
        Subnet.AsBob,
        new GetFileUploadUrlCommand
        {
            Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good,
            Filename = Subnet.FileNameOf("a.parquet"),
        },
        new GetFileUploadUrlsCommand
        {
            Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good,
            Files = [new RequestedFile { Path = "a/b", Size = 4096 }],
        },
        new CreateMultipartUploadCommand
        {
            Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good,
            Path = Subnet.PathOf("a/b"), Size = 4096,
        },
        InUpload(new SignUploadPartsCommand { PartNumbers = [1] }),
        InUpload(new ListUploadPartsCommand()),
        InUpload(new CompleteMultipartUploadCommand()),
        InUpload(new AbortMultipartUploadCommand()),
        new ListMyFilesCommand { Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good },
        Subnet.SessionOfBob,
        Subnet.AsAlice,
        new GetMinerSpecificAccessCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good,
            MinerColdkey = Subnet.Dave },
        new GetMinerListCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerColdkey = Subnet.Dave },
        new ListFilesCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerColdkey = Subnet.Dave },
        new GetFolderPresignedUrlsCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good },
        new GetFilePresignedUrlsCommand
        {
            Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerColdkey = Subnet.Dave,
            FileKeys = [$"data/x/{Subnet.Dave}/a"],
        },
    ];

    private static MultipartRequest InUpload(MultipartRequest request) => request with
    {
        Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good,
        S3Key = Subnet.Upload.Key.Key, UploadId = Subnet.UploadId,
    };

    private static IEnumerable<Type> SignedRequestTypes() =>
        typeof(ISignedRequest).Assembly.GetTypes().Where(
            type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ISignedRequest)));

    [Test]
    public void Every_signed_request_is_covered_by_these_tests() =>
        Assert.That(EverySignedRequest().Select(request => request.GetType()), Is.EquivalentTo(SignedRequestTypes()));

    [TestCaseSource(nameof(EverySignedRequest))]
    public async Task Request_is_granted_with_its_proof(SignedRequest request) =>
        Assert.That(await SendAsync(request), Is.Not.Null);

    [TestCaseSource(nameof(EverySignedRequest))]
    public async Task Request_is_refused_without_its_proof(SignedRequest request)
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                (Refuse(request with { Signature = Subnet.Bad }).Code, _subnet.Signer.Signed),
                Is.EqualTo((RefusalCode.InvalidSignature, 0)));
            Assert.That(Refuse(request with { Signature = null }).Errors.Keys, Is.EqualTo(new[] { "signature" }));
            Assert.That(Refuse(request with { Timestamp = Subnet.Now - 301 }).Code, Is.EqualTo(RefusalCode.TimestampExpired));
            Assert.That(Refuse(request with { Hotkey = Subnet.Charlie }).Code, Is.EqualTo(RefusalCode.HotkeyNotRegistered));
        });
        await SendAsync(request);

        Assert.That(_subnet.Verified[^1].Text, Does.EndWith($":{Subnet.Now}"), "its commitment holds its moment");
    }

    [TestCaseSource(nameof(EverySignedRequest))]
    public void Handler_without_a_proved_caller_grants_nothing(SignedRequest request)
    {
        using var scope = _subnet.Services().CreateScope();
        var handler = scope.ServiceProvider.GetRequiredService(
            typeof(IRequestHandler<,>).MakeGenericType(request.GetType(), Subnet.ResponseOf(request)));

        var handle = async () => await (Task)handler.GetType().GetMethod("Handle")!.Invoke(handler, [request, CancellationToken.None])!;

        Assert.That(handle, Throws.InvalidOperationException.Or.InnerException.TypeOf<InvalidOperationException>());
    }

    [TestCaseSource(nameof(EverySignedRequest))]
    public void Text_of_a_request_does_not_contain_its_signature(SignedRequest request)
    {
        HeaderProof[] proofs = [_subnet.TaoOf(Subnet.Bob), _subnet.EpistulaOf(Subnet.Bob)];
        var text = $"{request with { HeaderProofs = proofs }} {string.Join(' ', (object[])proofs)}";

        Assert.That(text, Does.Not.Contain(Subnet.Good.ToString()[2..]).And.Contain(Subnet.Bob.ToString()));
    }

    [Test]
    public void Every_request_is_signed_except_those_that_anyone_may_send()
    {
        var open = typeof(ISignedRequest).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(IBaseRequest)))
            .Where(type => !type.IsAssignableTo(typeof(ISignedRequest)));

        Assert.That(open, Is.EquivalentTo(new[]
        {
            typeof(GetHealthQuery), typeof(GetReadinessQuery), typeof(GetCommitmentFormatsQuery), typeof(GetStructureQuery),
            typeof(GetListingQuery), typeof(GetRateLimitsQuery),
            typeof(GetHotkeyQuery), typeof(GetColdkeyQuery), typeof(GetStatusQuery),
        }));
    }

    [Test]
    public void Pipeline_has_its_steps_in_order()
    {
        using var scope = _subnet.Services().CreateScope();

        var signed = scope.ServiceProvider.GetServices<IPipelineStep<GetFolderAccessCommand, FolderAccess>>();
        var sessions = scope.ServiceProvider.GetServices<IPipelineStep<GetSessionCredentialsCommand, SessionCredentials>>();
        var open = scope.ServiceProvider.GetServices<IPipelineStep<GetHealthQuery, Health>>();

        Assert.Multiple(() =>
        {
            Assert.That(signed.Select(step => step.GetType().GetGenericTypeDefinition()), Is.EqualTo(new[]
            {
                typeof(Validate<,>), typeof(Audit<,>), typeof(Authenticate<,>), typeof(Authorize<,>), typeof(LimitInFlight<,>),
                typeof(RefuseReplay<,>), typeof(EnforceQuota<,>),
            }));
            Assert.That(
                sessions.Select(step => step.GetType().Name.Split('`')[0]),
                Is.EqualTo(new[]
                {
                    "Validate", "Audit", "Authenticate", "Authorize", "LimitInFlight", "RefuseReplay", "ReuseSession", "EnforceQuota",
                }));
            Assert.That(open.Select(step => step.GetType().GetGenericTypeDefinition()), Is.EqualTo(new[] { typeof(Validate<,>) }));
        });
    }

    [Test]
    public void Request_without_a_proof_is_not_authenticated()
    {
        var authenticate = new Authenticate<Unproved, int>(
            _subnet.Metagraph.Object,
            _subnet.Signatures.Object,
            Audiences.Unknown,
            _subnet.Services().GetRequiredService<PipelineMetrics>(),
            _subnet.Time);
        var run = new PipelineRun<Unproved, int>([authenticate], Subnet.NewCaller());

        Assert.That(() => run.Handle(new Unproved(), CancellationToken.None, () => Task.FromResult(1)), Throws.InvalidOperationException);
    }

    [Test]
    public void Caller_cannot_be_authorized_by_a_decision_that_grants_nothing()
    {
        var caller = Subnet.NewCaller();
        var decision = new AccessDecision
        {
            Outcome = AccessOutcome.NotAValidator, Hotkey = Subnet.Bob, Neuron = null, Coldkey = Subnet.Dave,
        };

        Assert.That(() => caller.Authorize(decision), Throws.InvalidOperationException);
        Assert.That(() => caller.Hotkey, Throws.InvalidOperationException);
    }

    private RefusedException Refuse(SignedRequest request) => Assert.ThrowsAsync<RefusedException>(() => SendAsync(request))!;

    private Task<object> SendAsync(SignedRequest request) => _subnet.SendAnyAsync(request);

    private static Audience AudienceOf(string text) =>
        Audience.TryParse(text, out var audience) ? audience : throw new ArgumentException(text, nameof(text));

    private sealed record Unproved : IRequest<int>, ISignedRequest
    {
        public AccountId Claimant => Subnet.Bob;

        public AccountId? NamedColdkey => null;

        public Role Role => Role.Miner;

        public GrantKind Kind => GrantKind.Miner;

        public QuotaCost Cost => QuotaCost.OneGrant;

        public IReadOnlyList<NamedAudience> Audiences => [];

        public IReadOnlyList<Proof> Proofs => [];
    }
}
