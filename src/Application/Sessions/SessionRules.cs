namespace S3Auth.Application.Sessions;

/// <summary>The durations of sessions.</summary>
/// <param name="MaxDuration">The maximum duration. A request for a longer session gets one of this duration.</param>
public sealed record SessionRules(TimeSpan MaxDuration)
{
    /// <summary>The minimum duration, in seconds: no store issues shorter sessions.</summary>
    public const int MinSeconds = 900;

    /// <summary>The maximum duration of any deployment, in seconds, which is AWS's.</summary>
    public const int MaxSeconds = 43_200;

    /// <summary>The duration of a session if the request names none: the longest that every store and role allows.</summary>
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromHours(1);

    internal TimeSpan DurationOf(long? requestedSeconds)
    {
        var requested = requestedSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultDuration;
        return requested < MaxDuration ? requested : MaxDuration;
    }
}
