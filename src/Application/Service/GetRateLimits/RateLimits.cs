namespace S3Auth.Application.Service;

/// <summary>The limits, and how much of today's is left. Your own hotkey's use stands in the <c>RateLimit</c> header of each answer to it.</summary>
public sealed record RateLimits
{
    /// <summary>How many grants a hotkey gets a day as a miner.</summary>
    public required long DailyPerMiner { get; init; }

    /// <summary>How many as a validator.</summary>
    public required long DailyPerValidator { get; init; }

    /// <summary>How many all get together.</summary>
    public required long DailyTotal { get; init; }

    /// <summary>How many requests one address may send a minute, granted or not.</summary>
    public required int PerMinutePerAddress { get; init; }

    /// <summary>How many grants all had today.</summary>
    public required long UsedToday { get; init; }

    /// <summary>How many they have left.</summary>
    public required long RemainingToday { get; init; }

    /// <summary>When the day ends and all counts begin anew: 00:00 UTC.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>The same in seconds from now.</summary>
    public required long ResetsInSeconds { get; init; }

    /// <summary>Whether all instances of this service count together at the moment; else each counts its own.</summary>
    public required bool CountedTogether { get; init; }
}
