namespace S3Auth.Domain;

/// <summary>The limits of one UTC day. 0 means none.</summary>
/// <param name="PerMiner">Grants of one hotkey as a miner.</param>
/// <param name="FilesPerMiner">Files that one hotkey may name for upload, as a miner. Uploads by a folder's form are not counted.</param>
/// <param name="PerValidator">Grants of one hotkey as a validator.</param>
/// <param name="SessionsPerHotkey">Sessions with temporary credentials of one hotkey, as a miner and as a validator together.</param>
/// <param name="Total">Grants of all hotkeys together.</param>
public sealed record DailyLimits(long PerMiner, long FilesPerMiner, long PerValidator, long SessionsPerHotkey, long Total)
{
    /// <summary>
    /// 100 grants and 100,000 files for a miner, 10,000 grants for a validator, 100 sessions for a hotkey, 200,000 grants in total.
    /// </summary>
    public static DailyLimits Default { get; } = new(100, 100_000, 10_000, 100, 200_000);
}
