namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A metagraph and its age, which is the time since its block. The age is the larger of the ages by two clocks, because the wall clock may
/// be set back, and the monotonic clock may stop while the machine sleeps.
/// </summary>
internal sealed class MetagraphSnapshot
{
    private readonly TimeProvider _time;
    private readonly long _createdAt;
    private readonly TimeSpan _initialAge;

    /// <param name="answer">The chain's answer.</param>
    /// <param name="time">The clock.</param>
    internal MetagraphSnapshot(SubnetAnswer answer, TimeProvider time)
    {
        _time = time;
        Answer = answer;
        _createdAt = time.GetTimestamp();
        _initialAge = WallAge;
    }

    /// <summary>The chain's answer.</summary>
    internal SubnetAnswer Answer { get; }

    internal Metagraph Metagraph => Answer.Metagraph;

    /// <summary>The time since the block was made; never negative.</summary>
    internal TimeSpan Age
    {
        get
        {
            var (processAge, wallAge) = (_initialAge + _time.GetElapsedTime(_createdAt), WallAge);
            return processAge > wallAge ? processAge : wallAge;
        }
    }

    private TimeSpan WallAge => _time.GetUtcNow() - Answer.BlockTime is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
