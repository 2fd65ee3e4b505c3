namespace S3Auth.Infrastructure.Tests.Limits;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MemoryReplayGuardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly TestTime _time = new(Noon);

    [Test]
    public void Proof_is_accepted_once()
    {
        using var guard = new MemoryReplayGuard(_time);

        Assert.That(guard.Use(Proof(1)), Is.EqualTo(ProofUse.First));
        Assert.That(guard.Use(Proof(1)), Is.EqualTo(ProofUse.Repeated));
        Assert.That(guard.Use(Proof(2)), Is.EqualTo(ProofUse.First));
    }

    [Test]
    public void Proof_is_remembered_until_its_window_ends()
    {
        using var guard = new MemoryReplayGuard(_time);
        guard.Use(Proof(1, seconds: 301));

        _time.Advance(TimeSpan.FromSeconds(300.999));
        Assert.That(guard.Use(Proof(1, seconds: 301)), Is.EqualTo(ProofUse.Repeated));

        _time.Advance(TimeSpan.FromSeconds(15));
        guard.Use(Proof(2, seconds: 600));
        Assert.That(guard.Remembered, Is.EqualTo(1));
    }

    [TestCase(61)]
    [TestCase(361)]
    public void Nonce_that_is_signed_again_with_another_time_is_a_repetition(double seconds)
    {
        using var guard = new MemoryReplayGuard(_time);
        guard.Use(Proof(2, seconds: 200));
        guard.Use(Proof(1, seconds: 301));

        Assert.That(guard.Use(Proof(1, seconds)), Is.EqualTo(ProofUse.Repeated));
    }

    [Test]
    public void Concurrent_uses_have_one_first()
    {
        using var guard = new MemoryReplayGuard(_time);
        var uses = new ConcurrentBag<ProofUse>();

        Parallel.For(0, 2000, i => uses.Add(guard.Use(Proof(i % 10))));

        Assert.That(uses.Count(use => use == ProofUse.First), Is.EqualTo(10));
        Assert.That(uses, Has.All.AnyOf(ProofUse.First, ProofUse.Repeated));
    }

    [Test]
    public void Caller_cannot_choose_colliding_proofs()
    {
        using var guard = new MemoryReplayGuard(_time);
        using var other = new MemoryReplayGuard(_time);
        var signer = AccountId.FromBytes(new byte[32]);

        // Nonces whose keys have low bits within one sixteenth of the range.
        var chosen = Enumerable.Range(0, 64_000)
            .Select(i => ReplayKey.OfTao(signer, new Guid(i, 0, 0, new byte[8])))
            .Where(key => ((ulong)key.Value & 0xF000) == 0)
            .ToList();
        var crowded = chosen.Count(key => (guard.NumberOf(key) & 0xF000) == 0);

        Assert.That(chosen, Has.Count.GreaterThan(3000));
        Assert.That(crowded, Is.LessThan(chosen.Count / 8));
        Assert.That(chosen, Has.None.Matches<ReplayKey>(key => guard.NumberOf(key) == other.NumberOf(key)));
    }

    [Test]
    public void Full_guard_refuses_and_forgets_nothing()
    {
        using var guard = new MemoryReplayGuard(_time, capacity: 100);
        for (var i = 0; i < 100; i++)
        {
            guard.Use(Proof(i, seconds: i));
        }

        Assert.That(guard.Use(Proof(100)), Is.EqualTo(ProofUse.Unknown));
        Assert.That(Enumerable.Range(0, 100).Select(i => guard.Use(Proof(i, seconds: i))), Has.All.EqualTo(ProofUse.Repeated));

        // There is room again as soon as a proof has expired.
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(guard.Use(Proof(100, seconds: 200)), Is.EqualTo(ProofUse.First));
    }

    [Test]
    public void Clock_that_is_set_forward_and_back_allows_no_replay()
    {
        using var guard = new MemoryReplayGuard(_time);
        guard.Use(Proof(1, seconds: 301));

        _time.Advance(TimeSpan.FromHours(1));
        guard.Use(Proof(2, seconds: 3901));
        _time.AdjustTime(Noon);

        Assert.That(guard.Use(Proof(1, seconds: 301)), Is.Not.EqualTo(ProofUse.First));
        Assert.That(guard.Use(Proof(3, seconds: 330)), Is.EqualTo(ProofUse.First), "new ones are good at once");
        Assert.That(guard.Use(Proof(2, seconds: 3901)), Is.EqualTo(ProofUse.Repeated));
    }

    [Test]
    public void Expired_proof_is_not_accepted_as_new()
    {
        using var guard = new MemoryReplayGuard(_time);
        guard.Use(Proof(1, seconds: 5));
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.That(guard.Use(Proof(1, seconds: 5)), Is.Not.EqualTo(ProofUse.First));
    }

    private static UsedProof Proof(int key, double seconds = 301) => new(new ReplayKey((UInt128)key), Noon.AddSeconds(seconds));
}
