namespace S3Auth.Application.Tests;

/// <summary>Proofs in headers: each kind alone opens every signed request, and several proofs must all be valid and agree.</summary>
public sealed class HeaderProofTests
{
    private const string Own = "s3-auth.example.com";
    private static readonly string OwnAddress = Subnet.Charlie.ToString();
    private static readonly string OtherAddress = Subnet.Eve.ToString();

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

    [TestCaseSource(nameof(EveryRequestWithEachKind))]
    public async Task Headers_prove_a_request_without_a_commitment(SignedRequest request, ProofHeaders kind)
    {
        var signer = request.Hotkey!.Value;

        await _subnet.SendAnyAsync(Bare(request) with { HeaderProofs = [_subnet.ProofOf(kind, signer)] });

        Assert.That(_subnet.Verified, Is.EqualTo(new[] { (signer, Subnet.HeaderText) }));
    }

    [TestCaseSource(nameof(EveryRequestWithEachKind))]
    public void Headers_with_a_wrong_signature_are_refused(SignedRequest request, ProofHeaders kind)
    {
        var bad = _subnet.ProofOf(kind, request.Hotkey!.Value) with { Signature = Subnet.Bad };

        var refused = Refuse(Bare(request) with { HeaderProofs = [bad] });

        Assert.That(
            (refused.Code, refused.Message.Contains(kind.Signature, StringComparison.Ordinal)),
            Is.EqualTo((RefusalCode.InvalidSignature, true)));
    }

    [TestCaseSource(nameof(EveryRequestWithEachKind))]
    public async Task Request_with_a_commitment_and_headers_is_refused_unless_both_are_valid(SignedRequest request, ProofHeaders kind)
    {
        var proof = _subnet.ProofOf(kind, request.Hotkey!.Value);
        var both = request with { HeaderProofs = [proof] };

        Assert.Multiple(() =>
        {
            Assert.That(Refuse(both with { Signature = Subnet.Bad }).Code, Is.EqualTo(RefusalCode.InvalidSignature));
            Assert.That(
                Refuse(both with { HeaderProofs = [proof with { Signature = Subnet.Bad }] }).Code,
                Is.EqualTo(RefusalCode.InvalidSignature));
            Assert.That(Refuse(both with { Timestamp = Subnet.Now - 301 }).Code, Is.EqualTo(RefusalCode.TimestampExpired));
            Assert.That(
                Refuse(both with { HeaderProofs = [proof with { Timestamp = (Subnet.Now - 301) * 1000 }] }).Code,
                Is.EqualTo(RefusalCode.TimestampExpired));
            Assert.That(Refuse(both with { Timestamp = null }).Errors.Keys, Is.EqualTo(new[] { "timestamp" }));
            Assert.That(Refuse(both with { Hotkey = null }).Errors.Keys, Is.EqualTo(new[] { "hotkey" }));

            var ofTwo = Refuse(both with { HeaderProofs = [_subnet.ProofOf(kind, Subnet.Eve)] });
            Assert.That(ofTwo.Errors.Keys, Is.EqualTo(new[] { "hotkey" }), "two accounts are no one");
            Assert.That(ofTwo.Message, Does.Contain($"{kind.SignedBy} and 'hotkey'"));
        });

        _subnet.Verified.Clear();
        await _subnet.SendAnyAsync(both);
        Assert.That(_subnet.Verified, Has.Count.EqualTo(2));
    }

    [TestCaseSource(typeof(PipelineTests), nameof(PipelineTests.EverySignedRequest))]
    public async Task Request_with_both_kinds_of_headers_is_refused_unless_all_its_proofs_are_valid(SignedRequest request)
    {
        var signer = request.Hotkey!.Value;
        var (tao, epistula) = (_subnet.TaoOf(signer), _subnet.EpistulaOf(signer));
        SignedRequest[] requests =
            [Bare(request) with { HeaderProofs = [tao, epistula] }, request with { HeaderProofs = [tao, epistula] }];

        foreach (var several in requests)
        {
            foreach (HeaderProof[] bad in (HeaderProof[][])
                [
                    [tao with { Signature = Subnet.Bad }, epistula],
                    [tao, epistula with { Signature = Subnet.Bad }],
                ])
            {
                Assert.That(Refuse(several with { HeaderProofs = bad }).Code, Is.EqualTo(RefusalCode.InvalidSignature));
            }

            foreach (HeaderProof[] old in (HeaderProof[][])
                [
                    [tao with { Timestamp = (Subnet.Now - 301) * 1000 }, epistula],
                    [tao, epistula with { Timestamp = (Subnet.Now - 301) * 1000 }],
                ])
            {
                Assert.That(Refuse(several with { HeaderProofs = old }).Code, Is.EqualTo(RefusalCode.TimestampExpired));
            }

            foreach (HeaderProof[] ofTwo in (HeaderProof[][])
                [
                    [tao, _subnet.EpistulaOf(Subnet.Eve)],
                    [_subnet.TaoOf(Subnet.Eve), epistula],
                ])
            {
                var refused = Refuse(several with { HeaderProofs = ofTwo });
                Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "hotkey" }));
                Assert.That(refused.Message, Does.Contain("X-Tao-Signed-By and Epistula-Signed-By"));
            }

            _subnet.Verified.Clear();
            await _subnet.SendAnyAsync(several);
            Assert.That(_subnet.Verified, Has.Count.EqualTo(several.Signature is null ? 2 : 3));
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Hotkey_in_the_body_must_match_the_headers_even_without_a_commitment(ProofHeaders kind)
    {
        var refused = Refuse(
            Subnet.AsAlice with { Signature = null, Timestamp = null, HeaderProofs = [_subnet.ProofOf(kind, Subnet.Eve)] });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "hotkey" }));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Coldkey_that_does_not_own_the_hotkey_is_refused_with_headers_too(ProofHeaders kind)
    {
        var refused = Refuse(
            new GetFolderAccessCommand { Coldkey = Subnet.Charlie, HeaderProofs = [_subnet.ProofOf(kind, Subnet.Bob)] });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.ColdkeyMismatch));
    }

    [Test]
    public async Task Timestamp_of_headers_must_be_in_the_window(
        [ValueSource(nameof(Kinds))] ProofHeaders kind, [Values(-301_001, -300_000, 60_000, 61_000)] long offset)
    {
        var proof = _subnet.ProofOf(kind, Subnet.Bob) with { Timestamp = (Subnet.Now * 1000) + 750 + offset };
        var request = new GetFolderAccessCommand { HeaderProofs = [proof] };

        if (offset is -300_000 or 60_000)
        {
            await _subnet.SendAsync(request);
        }
        else
        {
            Assert.That(
                Refuse(request).Code, Is.EqualTo(offset < 0 ? RefusalCode.TimestampExpired : RefusalCode.TimestampInFuture));
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Refusal_of_seconds_instead_of_milliseconds_says_so(ProofHeaders kind)
    {
        var refused = Refuse(
            new GetFolderAccessCommand { HeaderProofs = [_subnet.ProofOf(kind, Subnet.Bob) with { Timestamp = Subnet.Now }] });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.TimestampExpired));
        Assert.That(refused.Message, Does.Contain("looks like seconds").And.Contain(kind.Timestamp));
    }

    [TestCase(null, null, false, null)]
    [TestCase(null, null, true, "accepts only requests that name it")]
    [TestCase(Own, null, true, null)]
    [TestCase(null, "own", true, null)]
    [TestCase(Own, "own", true, null)]
    [TestCase(null, "other", true, "'Epistula-Signed-For' says")]
    [TestCase(null, "other", false, "'Epistula-Signed-For' says")]
    [TestCase(Own, "other", true, "'Epistula-Signed-For' says")]
    [TestCase("other.example.com", "own", true, "'audience' says")]
    [TestCase("other.example.com", null, false, "'audience' says")]
    public async Task Server_must_be_every_audience_that_a_request_names(
        string? audience, string? signedFor, bool isRequired, string? refusal)
    {
        _subnet.Audiences = new Audiences([AudienceOf(Own), AudienceOf(OwnAddress)], isRequired) { Public = AudienceOf(Own) };
        var proof = _subnet.EpistulaOf(Subnet.Bob) with
        {
            SignedFor = signedFor is null ? null : AudienceOf(signedFor == "own" ? OwnAddress : OtherAddress),
        };
        var request = new GetFolderAccessCommand { HeaderProofs = [proof], Audience = audience is null ? null : AudienceOf(audience) };

        if (refusal is null)
        {
            await _subnet.SendAsync(request);
            return;
        }

        var refused = Refuse(request);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.WrongAudience));
            Assert.That(refused.Message, Does.Contain(refusal).And.Contain(Own).And.Not.Contain(OwnAddress), "it may be internal");
            Assert.That(_subnet.UsedProofs, Is.Empty, "it is still good where it was meant for");
        });
    }

    [TestCase("tao", false)]
    [TestCase("epistula", true)]
    [TestCase("commitment", false)]
    public void Refusal_without_an_audience_names_the_header_that_the_caller_could_send(string proof, bool expected)
    {
        _subnet.Audiences = new Audiences([AudienceOf(Own)], IsRequired: true);

        var refused = Refuse(proof switch
        {
            "tao" => new GetFolderAccessCommand { HeaderProofs = [_subnet.TaoOf(Subnet.Bob)] },
            "epistula" => new GetFolderAccessCommand { HeaderProofs = [_subnet.EpistulaOf(Subnet.Bob)] },
            _ => Subnet.AsBob,
        });

        Assert.That(refused.Message, Does.Contain("'audience'"));
        Assert.That(refused.Message.Contains("Epistula-Signed-For", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    [Test]
    public async Task Server_without_an_audience_ignores_the_receiver()
    {
        var proof = _subnet.EpistulaOf(Subnet.Bob) with { SignedFor = AudienceOf(OtherAddress) };

        Assert.That(await _subnet.SendAsync(new GetFolderAccessCommand { HeaderProofs = [proof] }), Is.Not.Null);
    }

    private static IEnumerable<ProofHeaders> Kinds() => ProofHeaders.All;

    private static IEnumerable<TestCaseData> EveryRequestWithEachKind() =>
        from request in PipelineTests.EverySignedRequest()
        from kind in ProofHeaders.All
        select new TestCaseData(request, kind).SetArgDisplayNames(request.GetType().Name, kind.Title);

    private static SignedRequest Bare(SignedRequest request)
    {
        var bare = request with { Hotkey = null, Timestamp = null, Signature = null };
        return bare is MinerRequest miner ? miner with { Coldkey = null } : bare;
    }

    private static Audience AudienceOf(string text) =>
        Audience.TryParse(text, out var audience) ? audience : throw new ArgumentException(text, nameof(text));

    private RefusedException Refuse(SignedRequest request) => Assert.ThrowsAsync<RefusedException>(() => _subnet.SendAnyAsync(request))!;
}
