namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>How old a snapshot is, whatever happens to the clocks.</summary>
internal sealed class MetagraphSnapshotTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 6, 0, 0, TimeSpan.Zero);

    private TwoClocks _clocks = null!;

    [SetUp]
    public void SetUp() => _clocks = new TwoClocks();

    [Test]
    public void Age_counts_from_the_time_of_the_block()
    {
        var held = Hold(madeBefore: 5);

        _clocks.Pass(wall: 10, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [Test]
    public void Age_does_not_fall_when_the_wall_clock_is_set_back()
    {
        var held = Hold(madeBefore: 5);

        _clocks.Pass(wall: -100_000, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [Test]
    public void Age_includes_the_time_that_the_machine_slept()
    {
        var held = Hold(madeBefore: 5);

        _clocks.Pass(wall: 100_000, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(100_005)));
    }

    [Test]
    public void Age_of_a_snapshot_from_the_future_is_zero() => Assert.That(Hold(madeBefore: -30).Age, Is.EqualTo(TimeSpan.Zero));

    private MetagraphSnapshot Hold(int madeBefore) => new(
        new SubnetAnswer(
            TestChain.Decode(RecordedAnswers.State("subnet")),
            new ChainIdentity("0x00", "Test Chain"),
            _clocks.GetUtcNow().AddSeconds(-madeBefore),
            SpecVersion: 343,
            "node"),
        _clocks);

    /// <summary>The wall clock, which anyone may set, and the process's own, which stands still while the machine sleeps.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        private DateTimeOffset _wall = Start;
        private long _process;

        public override long TimestampFrequency => 1;

        public override DateTimeOffset GetUtcNow() => _wall;

        public override long GetTimestamp() => _process;

        internal void Pass(int wall, int process)
        {
            _wall = _wall.AddSeconds(wall);
            _process += process;
        }
    }
}
