namespace S3Auth.Cli.Transfers;

/// <summary>Selects files by age.</summary>
/// <param name="Max">Selects files that are younger; null for all.</param>
/// <param name="Min">Selects files that are older; null for all.</param>
internal readonly record struct AgeRange(TimeSpan? Max, TimeSpan? Min)
{
    /// <summary>The earliest time of a selected file; null for no limit.</summary>
    internal DateTimeOffset? After(DateTimeOffset now) => now - Max;

    /// <summary>The time that a selected file is before; null for no limit.</summary>
    internal DateTimeOffset? Before(DateTimeOffset now) => now - Min;

    internal bool Matches(DateTimeOffset time, DateTimeOffset now) => !(time < After(now)) && !(time >= Before(now));
}
