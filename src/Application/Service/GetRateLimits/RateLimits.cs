namespace S3Auth.Application.Service;

/// <summary>
/// The limits, and how much is left today. The header <c>RateLimit</c> of each answer to a signed request says what its hotkey has left.
/// </summary>
public sealed record RateLimits
{
    /// <summary>The grants that a hotkey gets a day as a miner.</summary>
    public required long DailyPerMiner { get; init; }

    /// <summary>
    /// The files that a hotkey may name for upload a day, as a miner. Files that it uploads with the form of /get-folder-access do not
    /// count.
    /// </summary>
    public required long DailyFilesPerMiner { get; init; }

    /// <summary>The grants that a hotkey gets a day as a validator.</summary>
    public required long DailyPerValidator { get; init; }

    /// <summary>The sessions with temporary credentials that a hotkey gets a day, as a miner and as a validator together.</summary>
    public required long DailySessionsPerHotkey { get; init; }

    /// <summary>The grants that all hotkeys together get a day.</summary>
    public required long DailyTotal { get; init; }

    /// <summary>The requests that one client address may send a minute, granted or not.</summary>
    public required int PerMinutePerAddress { get; init; }

    /// <summary>The grants of all hotkeys today.</summary>
    public required long UsedToday { get; init; }

    /// <summary>The grants that all hotkeys together have left today.</summary>
    public required long RemainingToday { get; init; }

    /// <summary>The end of the day, 00:00 UTC, when all counts are reset.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>The seconds until then.</summary>
    public required long ResetsInSeconds { get; init; }

    /// <summary>Whether all instances count together now. If not, each instance counts for itself.</summary>
    public required bool CountedTogether { get; init; }
}
