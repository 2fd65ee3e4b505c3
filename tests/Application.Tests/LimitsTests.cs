namespace S3Auth.Application.Tests;

/// <summary>The rules of replay, quotas and audit records.</summary>
public sealed class LimitsTests
{
    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp() => _subnet = new Subnet();

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Used_commitment_is_remembered_by_its_signature_until_its_window_closes()
    {
        await _subnet.SendAsync(Subnet.AsBob with { Timestamp = Subnet.Now - 7 });

        Assert.That(_subnet.UsedProofs, Is.EqualTo(new[]
        {
            new UsedProof(ReplayKey.OfSignature(Subnet.Good), DateTimeOffset.FromUnixTimeSeconds(Subnet.Now - 7 + 300 + 1)),
        }));
    }

    [Test]
    public async Task Used_headers_are_remembered_by_kind_signer_and_nonce()
    {
        var (tao, epistula) = (_subnet.TaoOf(Subnet.Bob), _subnet.EpistulaOf(Subnet.Bob));

        await _subnet.SendAsync(new GetFolderAccessCommand { HeaderProofs = [tao] });
        await _subnet.SendAsync(new GetFolderAccessCommand { HeaderProofs = [epistula] });

        Assert.That(
            _subnet.UsedProofs.Select(proof => proof.Key),
            Is.EqualTo(new[] { ReplayKey.OfTao(Subnet.Bob, tao.Nonce), ReplayKey.OfEpistula(Subnet.Bob, epistula.Nonce) }));
        Assert.That(_subnet.UsedProofs.Select(proof => proof.Until.ToUnixTimeMilliseconds()), Is.All.EqualTo(tao.Timestamp + 301_000));
    }

    [Test]
    public async Task All_proofs_of_a_request_are_remembered_even_if_they_have_one_nonce()
    {
        var tao = _subnet.TaoOf(Subnet.Bob);
        var epistula = _subnet.EpistulaOf(Subnet.Bob) with { Nonce = tao.Nonce };

        await _subnet.SendAsync(Subnet.AsBob with { HeaderProofs = [tao, epistula] });

        Assert.That(_subnet.UsedProofs.Select(proof => proof.Key).Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public void Keys_of_different_proofs_differ()
    {
        var (nonce, other) = (Guid.NewGuid(), Guid.NewGuid());
        var keys = new[]
        {
            ReplayKey.OfSignature(Subnet.Good), ReplayKey.OfSignature(Subnet.Bad), ReplayKey.OfTao(Subnet.Bob, nonce),
            ReplayKey.OfTao(Subnet.Bob, other), ReplayKey.OfTao(Subnet.Alice, nonce), ReplayKey.OfEpistula(Subnet.Bob, nonce),
            ReplayKey.OfEpistula(Subnet.Bob, other), ReplayKey.OfEpistula(Subnet.Alice, nonce),
        };

        Assert.That(keys, Is.Unique);
        Assert.That(ReplayKey.OfTao(Subnet.Bob, nonce), Is.EqualTo(keys[2]));
        Assert.That(ReplayKey.OfEpistula(Subnet.Bob, nonce), Is.EqualTo(keys[5]));
    }

    [Test]
    public void Keys_of_proofs_are_the_hashes_that_other_instances_remember()
    {
        var nonce = new Guid("6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a");
        byte[] signed = [.. Subnet.Bob.ToBytes(), .. nonce.ToByteArray()];

        Assert.That($"{ReplayKey.OfTao(Subnet.Bob, nonce)}", Is.EqualTo(Hash(signed)));
        Assert.That($"{ReplayKey.OfEpistula(Subnet.Bob, nonce)}", Is.EqualTo(Hash([.. signed, 1])));

        static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..32];
    }

    [Test]
    public async Task Used_proof_is_refused_and_the_refusal_says_to_sign_again()
    {
        _subnet.Use = ProofUse.Repeated;

        var byBody = await _subnet.RefuseAsync(Subnet.AsBob);
        var byTao = await _subnet.RefuseAsync(new GetFolderAccessCommand { HeaderProofs = [_subnet.TaoOf(Subnet.Bob)] });
        var byEpistula = await _subnet.RefuseAsync(new GetFolderAccessCommand { HeaderProofs = [_subnet.EpistulaOf(Subnet.Bob)] });

        Assert.Multiple(() =>
        {
            Assert.That(byBody.Code, Is.EqualTo(RefusalCode.ReplayedRequest));
            Assert.That(byBody.Message, Does.Contain("with a new timestamp"));
            Assert.That((byTao.Code, byEpistula.Code), Is.EqualTo((RefusalCode.ReplayedRequest, RefusalCode.ReplayedRequest)));
            Assert.That(byTao.Message, Does.Contain("X-Tao-Nonce"));
            Assert.That(byEpistula.Message, Does.Contain("Epistula-Uuid"));
        });
    }

    [Test]
    public async Task Proof_is_refused_while_the_server_cannot_tell_whether_it_was_used()
    {
        _subnet.Use = ProofUse.Unknown;

        var refused = await _subnet.RefuseAsync(Subnet.AsBob);

        Assert.That((refused.Code, refused.RetryAfter > TimeSpan.Zero), Is.EqualTo((RefusalCode.LimitsUnavailable, true)));
    }

    [Test]
    public async Task Proofs_and_quota_cannot_be_used_up_without_the_key()
    {
        await _subnet.RefuseAsync(Subnet.AsBob with { Signature = Subnet.Bad });
        await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave });
        await _subnet.RefuseAsync(Subnet.AsBob with { Coldkey = Subnet.Charlie });
        await _subnet.RefuseAsync(Subnet.AsBob with { Timestamp = Subnet.Now - 1000 });
        await _subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = Subnet.Bob });

        Assert.That(_subnet.UsedProofs, Is.Empty);
        _subnet.Quota.VerifyNoOtherCalls();
    }

    [Test]
    public async Task Used_proof_is_not_counted()
    {
        _subnet.Use = ProofUse.Repeated;

        await _subnet.RefuseAsync(Subnet.AsBob);

        _subnet.Quota.VerifyNoOtherCalls();
    }

    [Test]
    public async Task Miner_and_validator_have_their_own_limits_per_utc_day()
    {
        var day = new UtcDay(new DateOnly(2026, 11, 24));

        await _subnet.SendAsync(Subnet.AsBob);
        await _subnet.SendAsync(Subnet.AsAlice);

        _subnet.Quota.Verify(
            port => port.TakeAsync(
                new QuotaRequest(day, Subnet.Bob, GrantKind.Miner, QuotaCost.OneGrant, 100, 2000, 5000), It.IsAny<CancellationToken>()),
            Times.Once);
        _subnet.Quota.Verify(
            port => port.TakeAsync(
                new QuotaRequest(day, Subnet.Alice, GrantKind.Validator, QuotaCost.OneGrant, 1000, null, 5000),
                It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [TestCase(100, 200, "This hotkey has used its 100 grants of today as a miner")]
    [TestCase(7, 5000, "All hotkeys together have used the 5000 grants")]
    public async Task Exceeded_limit_refuses_until_midnight(long used, long total, string detail)
    {
        _subnet.Counted = new QuotaCount(Granted: false, used, 0, total, IsShared: true);

        var refused = await _subnet.RefuseAsync(Subnet.AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.QuotaExceeded));
            Assert.That(refused.Message, Does.StartWith(detail).And.Contain("00:00 UTC"));
            Assert.That(
                refused.RetryAfter, Is.EqualTo(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero) - _subnet.Time.GetUtcNow()));
            Assert.That(_subnet.Signer.Signed, Is.Zero);
        });
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Never);
    }

    [Test]
    public async Task Upload_url_of_one_file_takes_a_grant_and_a_file()
    {
        await _subnet.SendAsync(
            new GetFileUploadUrlCommand { HeaderProofs = [_subnet.TaoOf(Subnet.Bob)], Filename = Subnet.FileNameOf("a.bin") });

        _subnet.Quota.Verify(
            port => port.TakeAsync(
                It.Is<QuotaRequest>(request => request.Cost == new QuotaCost(1, 1) && request.FileLimit == 2000),
                It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [TestCase(true, "as a reader")]
    [TestCase(false, "as a validator")]
    public async Task Exceeded_limit_of_reading_names_what_the_caller_is(bool isMiner, string detail)
    {
        using var subnet = new Subnet { MinersMayRead = true, Counted = new(Granted: false, 1_000_000, 0, 200, IsShared: true) };

        var refused = await subnet.RefuseAsync(Subnet.AsAlice with { Hotkey = isMiner ? Subnet.Bob : Subnet.Alice });

        Assert.That(refused.Message, Does.Contain(detail));
    }

    [Test]
    public async Task Refusal_of_the_handler_is_refunded()
    {
        _subnet.Signer.Unavailable = true;

        await _subnet.RefuseAsync(Subnet.AsBob);

        _subnet.Quota.Verify(
            port => port.Refund(It.Is<QuotaRequest>(request => request.Hotkey == Subnet.Bob), _subnet.Counted), Times.Once);
    }

    [Test]
    public void Request_cancelled_by_its_caller_is_not_refunded()
    {
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new OperationCanceledException());

        Assert.That(async () => await _subnet.SendAsync(Subnet.AsAlice), Throws.InstanceOf<OperationCanceledException>());

        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Never);
        Assert.That(_subnet.Recorded.Single().Decision, Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task Grant_is_recorded_with_caller_folders_and_expiry()
    {
        await _subnet.SendAsync(Subnet.AsBob);

        var record = _subnet.Recorded.Single();
        Assert.Multiple(() =>
        {
            Assert.That(record with { Granted = null }, Is.EqualTo(new AuditRecord
            {
                Time = _subnet.Time.GetUtcNow(),
                RequestId = "",
                Action = "get_folder_access",
                Decision = "granted",
                Hotkey = Subnet.Bob,
                Role = Role.Miner,
                Proved = true,
                Coldkey = Subnet.Dave,
                Uid = 1,
                Proof = "commitment",
            }));
            Assert.That(record.Granted!.Prefixes, Is.EqualTo(new[] { $"data/x/{Subnet.Dave}/", $"data/reddit/{Subnet.Dave}/" }));
            Assert.That(record.Granted.Files, Is.Null);
            Assert.That(record.Granted.Expiry, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 86400)));
        });
    }

    [Test]
    public async Task Number_of_files_is_recorded()
    {
        await _subnet.SendAsync(new GetFilePresignedUrlsCommand
        {
            HeaderProofs = [_subnet.TaoOf(Subnet.Alice)], MinerColdkey = Subnet.Dave, FileKeys = [$"data/x/{Subnet.Dave}/a", "outside"],
        });
        await _subnet.SendAsync(
            new GetFileUploadUrlCommand { HeaderProofs = [_subnet.EpistulaOf(Subnet.Bob)], Filename = Subnet.FileNameOf("a.bin") });

        Assert.That(_subnet.Recorded.Select(record => (record.Action, record.Proof, record.Granted!.Files)), Is.EqualTo(new[]
        {
            ("get_file_presigned_urls", "tao_headers", 1), ("get_file_upload_url", "epistula_headers", (int?)1),
        }));
        Assert.That(_subnet.Recorded[1].Granted!.Prefixes, Is.EqualTo(new[] { $"data/x/{Subnet.Dave}/a.bin" }));
    }

    [Test]
    public async Task Refusal_is_recorded_with_its_code_and_whether_the_caller_was_proved()
    {
        await _subnet.RefuseAsync(Subnet.AsBob with { Signature = Subnet.Bad });
        await _subnet.RefuseAsync(Subnet.AsBob with { Hotkey = Subnet.Dave, HeaderProofs = [_subnet.TaoOf(Subnet.Dave)] });
        _subnet.Use = ProofUse.Repeated;
        await _subnet.RefuseAsync(Subnet.AsBob);
        _subnet.Use = ProofUse.First;
        _subnet.Counted = new QuotaCount(Granted: false, 100, 0, 100, IsShared: false);
        await _subnet.RefuseAsync(Subnet.AsAlice);
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);
        await _subnet.RefuseAsync(Subnet.AsBob);

        Assert.That(_subnet.Recorded.Select(record => (record.Decision, record.Proved, record.Hotkey, record.Coldkey, record.Proof)),
            Is.EqualTo(new[]
        {
            ("invalid_signature", false, Subnet.Bob, Subnet.Dave, "commitment"),
            ("hotkey_not_registered", false, Subnet.Dave, Subnet.Dave, "commitment+tao_headers"),
            ("replayed_request", true, Subnet.Bob, Subnet.Dave, "commitment"),
            ("quota_exceeded", true, Subnet.Alice, Subnet.Charlie, "commitment"),
            ("chain_unavailable", false, Subnet.Bob, (AccountId?)Subnet.Dave, "commitment"),
        }));
        Assert.That(_subnet.Recorded, Has.All.Property(nameof(AuditRecord.Granted)).Null);
    }

    [Test]
    public async Task Malformed_or_expired_request_is_not_recorded()
    {
        await _subnet.RefuseAsync(Subnet.AsBob with { Signature = null });
        await _subnet.RefuseAsync(Subnet.AsBob with { Timestamp = Subnet.Now - 1000 });

        Assert.That(_subnet.Recorded, Is.Empty);
    }

    [Test]
    public void Failure_of_the_server_is_recorded_and_refunded()
    {
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("boom"));

        Assert.That(async () => await _subnet.SendAsync(Subnet.AsAlice), Throws.InvalidOperationException);

        Assert.That(_subnet.Recorded.Single().Decision, Is.EqualTo("internal_error"));
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Once);
    }

    [Test]
    public async Task Limits_are_returned_with_the_remaining_grants_and_the_reset_time()
    {
        _subnet.Quota.Setup(port => port.CountAsync(It.IsAny<UtcDay>(), It.IsAny<CancellationToken>())).ReturnsAsync(4990);
        _subnet.SharedLimits.SetupGet(port => port.IsReachable).Returns(true);

        var limits = await _subnet.SendAsync(new GetRateLimitsQuery());

        Assert.That(limits, Is.EqualTo(new RateLimits
        {
            DailyPerMiner = 100,
            DailyFilesPerMiner = 2000,
            DailyPerValidator = 1000,
            DailySessionsPerHotkey = 5,
            DailyTotal = 5000,
            PerMinutePerAddress = 120,
            UsedToday = 4990,
            RemainingToday = 10,
            ResetsAt = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero),
            ResetsInSeconds = 64_800,
            CountedTogether = true,
        }));
    }

    [Test]
    public async Task Counters_are_read_once_a_second_for_any_number_of_requests()
    {
        for (var i = 0; i < 100; i++)
        {
            await _subnet.SendAsync(new GetRateLimitsQuery());
        }

        _subnet.Quota.Verify(port => port.CountAsync(It.IsAny<UtcDay>(), It.IsAny<CancellationToken>()), Times.Once);

        _subnet.Time.Advance(TimeSpan.FromSeconds(1.1));
        await _subnet.SendAsync(new GetRateLimitsQuery());
        _subnet.Quota.Verify(port => port.CountAsync(It.IsAny<UtcDay>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [TestCase(true, true, "ok")]
    [TestCase(null, true, "ok")]
    [TestCase(false, true, "degraded")]
    [TestCase(true, false, "degraded")]
    public async Task Health_shows_redis_and_the_audit(bool? redis, bool audit, string status)
    {
        _subnet.SharedLimits.SetupGet(port => port.IsReachable).Returns(redis);
        _subnet.Audit.SetupGet(port => port.IsWriting).Returns(audit);

        var health = await _subnet.SendAsync(new GetHealthQuery());

        Assert.That((health.Status, health.RedisOk, health.AuditOk), Is.EqualTo((status, redis, audit)));
    }
}
