using MediatR;

namespace S3Auth.Application.Tests;

/// <summary>The rules of requests that cost other than one grant.</summary>
public sealed class QuotaCostTests
{
    private static readonly DailyLimits Limits = new(PerMiner: 3, FilesPerMiner: 50, PerValidator: 4, SessionsPerHotkey: 2, Total: 100);

    private readonly Mock<IQuota> _quota = new();
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));
    private QuotaUsage _usage = new();
    private RefundPolicy _refunds = new();

    [SetUp]
    public void SetUp() => (_usage, _refunds) = (new QuotaUsage(), new RefundPolicy());

    [TestCase(GrantKind.Miner, 50L)]
    [TestCase(GrantKind.Validator, null)]
    [TestCase(GrantKind.Session, null)]
    public async Task Only_grants_of_a_miner_have_a_limit_of_files(GrantKind kind, long? limit)
    {
        Count(new QuotaCount(Granted: true, 1, 20, 1, IsShared: false));

        await SendAsync(new Batch(kind, new QuotaCost(1, 20)));

        _quota.Verify(port => port.TakeAsync(
            It.Is<QuotaRequest>(request => request.FileLimit == limit && request.Cost == new QuotaCost(1, 20) && request.TotalLimit == 100),
            It.IsAny<CancellationToken>()));
    }

    [TestCase(1, 41, 3, 10, 7, "This hotkey has used its 3 grants of today as a miner; reuse")]
    [TestCase(0, 41, 3, 10, 100, "This hotkey has 40 of its 50 files of today left, and this request needs 41; send at most 40 files, or "
        + "try again after 00:00 UTC.")]
    [TestCase(1, 1, 0, 50, 7, "This hotkey has used its 50 files of today; try again after 00:00 UTC.")]
    [TestCase(1, 1, 0, 53, 100, "This hotkey has used its 50 files of today; try again after 00:00 UTC.")]
    [TestCase(1, 0, 0, 50, 100, "All hotkeys together have used the 100 grants of today; reuse")]
    public void Refusal_says_which_limit_is_exceeded_and_how_many_files_are_left(
        int grants, int files, int used, int filesUsed, int total, string detail)
    {
        Count(new QuotaCount(Granted: false, used, filesUsed, total, IsShared: true));

        var refused = Assert.ThrowsAsync<RefusedException>(() => SendAsync(new Batch(GrantKind.Miner, new QuotaCost(grants, files))))!;

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.QuotaExceeded));
        Assert.That(refused.Message, Does.StartWith(detail));
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromHours(18)));
    }

    [Test]
    public void Failure_of_the_store_refunds_the_whole_cost_at_most_up_to_each_limit()
    {
        var batch = new Batch(GrantKind.Miner, new QuotaCost(1, 20));
        Count(new QuotaCount(Granted: true, 1, 20, 30, IsShared: true));

        Fail(batch);
        Assert.That((_usage.Left, _usage.FilesLeft, _usage.TotalLeft), Is.EqualTo((3, 50, 71)));
        Fail(batch);
        Fail(batch);

        // 40 files were refunded, so that 20 more do not fit.
        Assert.That((_usage.Left, _usage.FilesLeft, _usage.TotalLeft), Is.EqualTo((2, 30, 70)));
        VerifyRefunds(2);
        Fail(new Batch(GrantKind.Miner, new QuotaCost(0, 10)));
        VerifyRefunds(3);
        Fail(new Batch(GrantKind.Miner, new QuotaCost(1, 0)));
        VerifyRefunds(4);
        Fail(new Batch(GrantKind.Miner, new QuotaCost(1, 0)));
        Fail(new Batch(GrantKind.Miner, new QuotaCost(0, 1)));
        VerifyRefunds(4);

        void Fail(Batch request) => Assert.ThrowsAsync<RefusedException>(
            () => SendAsync(request, () => throw RefusedException.StorageUnavailable()));

        void VerifyRefunds(int times) =>
            _quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Exactly(times));
    }

    private void Count(QuotaCount count) => _quota
        .Setup(port => port.TakeAsync(It.IsAny<QuotaRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(count);

    private Task<string> SendAsync(Batch request, Func<string>? handler = null)
    {
        var caller = Subnet.NewCaller();
        caller.Authorize(new AccessDecision
        {
            Outcome = AccessOutcome.Granted, Hotkey = Subnet.Bob, Neuron = null, Coldkey = Subnet.Dave, HasValidatorQuota = true,
        });
        _usage = caller.Quota;
        var enforceQuota = new EnforceQuota<Batch, string>(_quota.Object, Limits, _refunds, _time);
        return new PipelineRun<Batch, string>([enforceQuota], caller)
            .Handle(request, CancellationToken.None, () => Task.FromResult(handler?.Invoke() ?? "granted"));
    }

    private sealed record Batch(GrantKind Kind, QuotaCost Cost) : ISignedRequest, IRequest<string>
    {
        public Role Role => Kind == GrantKind.Validator ? Role.Validator : Role.Miner;

        public AccountId Claimant => Subnet.Bob;

        public AccountId? NamedColdkey => null;

        public IReadOnlyList<NamedAudience> Audiences => [];

        public IReadOnlyList<Proof> Proofs => [];
    }
}
