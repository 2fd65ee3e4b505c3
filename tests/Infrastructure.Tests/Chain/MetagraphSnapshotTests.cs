namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>How old a snapshot is, whatever happens to the clocks.</summary>
internal sealed class MetagraphSnapshotTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 6, 0, 0, TimeSpan.Zero);

    private TwoClocks _clocks = null!;

    [SetUp]
    public void SetUp() => _clocks = new TwoClocks();

    [Test]
    public void Age_counts_from_the_time_of_reading()
    {
        var held = Hold(readBefore: 5);

        _clocks.Pass(wall: 10, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [Test]
    public void Age_does_not_fall_when_the_wall_clock_is_set_back()
    {
        var held = Hold(readBefore: 5);

        _clocks.Pass(wall: -100_000, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [Test]
    public void Age_includes_the_time_that_the_machine_slept()
    {
        var held = Hold(readBefore: 5);

        _clocks.Pass(wall: 100_000, process: 10);

        Assert.That(held.Age, Is.EqualTo(TimeSpan.FromSeconds(100_005)));
    }

    [Test]
    public void Age_of_a_snapshot_from_the_future_is_zero() => Assert.That(Hold(readBefore: -30).Age, Is.EqualTo(TimeSpan.Zero));

    [Test]
    public void BlockAge_counts_from_the_first_snapshot_of_the_block()
    {
        var first = Hold(readBefore: 0);
        _clocks.Pass(wall: 60, process: 60);
        var same = Hold(readBefore: 0, before: first);
        _clocks.Pass(wall: 60, process: 60);
        var next = Hold(readBefore: 0, before: same, block: 8);

        Assert.That(same.BlockAge, Is.EqualTo(TimeSpan.FromSeconds(120)));
        Assert.That(next.BlockAge, Is.EqualTo(TimeSpan.Zero));
    }

    private MetagraphSnapshot Hold(int readBefore, MetagraphSnapshot? before = null, ulong block = 7)
    {
        var reader = new SubnetReader(TestChain.Options("local"), _clocks);
        var answer =
            reader.Decode("Test Chain", "node", block, _clocks.GetUtcNow().AddSeconds(-readBefore), RecordedAnswers.State("subnet"));
        return new MetagraphSnapshot(answer, before, _clocks);
    }

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
