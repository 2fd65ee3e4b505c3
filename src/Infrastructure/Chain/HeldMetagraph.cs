namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The snapshot that requests are decided on, and how old it is. Its age is the longer of what two clocks say: the wall clock may be
/// set back, and the process's own may stand still while the machine sleeps.
/// </summary>
internal sealed class HeldMetagraph
{
    private readonly TimeProvider _time;
    private readonly long _heldSince;
    private readonly TimeSpan _ageWhenHeld;
    private readonly long _blockSince;

    /// <param name="answer">What is held from now on.</param>
    /// <param name="before">What was held until now; null at first.</param>
    /// <param name="time">The clock.</param>
    internal HeldMetagraph(SubnetAnswer answer, HeldMetagraph? before, TimeProvider time)
    {
        _time = time;
        Metagraph = answer.Metagraph;
        Chain = answer.Chain;
        _heldSince = time.GetTimestamp();
        _ageWhenHeld = WallAge;
        _blockSince = before is not null && before.Metagraph.Block == Metagraph.Block ? before._blockSince : _heldSince;
    }

    internal Metagraph Metagraph { get; }

    /// <summary>The chain's own name.</summary>
    internal string Chain { get; }

    /// <summary>How long ago it was read; never negative.</summary>
    internal TimeSpan Age
    {
        get
        {
            var (processAge, wallAge) = (_ageWhenHeld + _time.GetElapsedTime(_heldSince), WallAge);
            return processAge > wallAge ? processAge : wallAge;
        }
    }

    /// <summary>For how long its block has been the newest that was seen.</summary>
    internal TimeSpan BlockAge => _time.GetElapsedTime(_blockSince);

    private TimeSpan WallAge => _time.GetUtcNow() - Metagraph.ReadAt is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
