namespace S3Auth.Domain;

/// <summary>The maximum number of grants in one UTC day. 0 means no grants.</summary>
/// <param name="PerMiner">Grants of one hotkey as a miner.</param>
/// <param name="PerValidator">Grants of one hotkey as a validator.</param>
/// <param name="Total">Grants of all hotkeys together.</param>
public sealed record DailyLimits(long PerMiner, long PerValidator, long Total)
{
    /// <summary>100 for a miner, 10,000 for a validator, 200,000 in total.</summary>
    public static DailyLimits Default { get; } = new(100, 10_000, 200_000);
}
