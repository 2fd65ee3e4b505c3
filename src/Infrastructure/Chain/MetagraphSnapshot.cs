namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A metagraph as the chain gave it, with its age. The age is the longer one of two clocks, because the wall clock may be set back,
/// and the monotonic clock may stop while the machine sleeps.
/// </summary>
internal sealed class MetagraphSnapshot
{
    private readonly TimeProvider _time;
    private readonly long _createdAt;
    private readonly TimeSpan _initialAge;
    private readonly long _blockSince;

    /// <param name="answer">The chain's answer.</param>
    /// <param name="before">The snapshot that this one replaces; null for the first.</param>
    /// <param name="time">The clock.</param>
    internal MetagraphSnapshot(SubnetAnswer answer, MetagraphSnapshot? before, TimeProvider time)
    {
        _time = time;
        Metagraph = answer.Metagraph;
        Chain = answer.Chain;
        _createdAt = time.GetTimestamp();
        _initialAge = WallAge;
        _blockSince = before is not null && before.Metagraph.Block == Metagraph.Block ? before._blockSince : _createdAt;
    }

    internal Metagraph Metagraph { get; }

    /// <summary>The chain's own name.</summary>
    internal string Chain { get; }

    /// <summary>The time since the chain was read; never negative.</summary>
    internal TimeSpan Age
    {
        get
        {
            var (processAge, wallAge) = (_initialAge + _time.GetElapsedTime(_createdAt), WallAge);
            return processAge > wallAge ? processAge : wallAge;
        }
    }

    /// <summary>The time since this process first read this block.</summary>
    internal TimeSpan BlockAge => _time.GetElapsedTime(_blockSince);

    private TimeSpan WallAge => _time.GetUtcNow() - Metagraph.ReadAt is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
