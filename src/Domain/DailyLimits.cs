namespace S3Auth.Domain;

/// <summary>How many grants a day, from 00:00 to 24:00 UTC. 0 grants nothing.</summary>
/// <param name="PerMiner">To one hotkey as a miner.</param>
/// <param name="PerValidator">To one hotkey as a validator.</param>
/// <param name="Total">To all of them together.</param>
public sealed record DailyLimits(long PerMiner, long PerValidator, long Total)
{
    /// <summary>100 to a miner, 10,000 to a validator, 200,000 in all.</summary>
    public static DailyLimits Default { get; } = new(100, 10_000, 200_000);
}
