namespace S3Auth.Domain;

/// <summary>
/// How old or how far ahead a request's moment may be, and how long what it is granted lasts. Moments are Unix seconds, or
/// milliseconds in Tao v2 headers, as on the wire; no value that fits a 64-bit integer overflows.
/// </summary>
/// <param name="Back">How old a request may be.</param>
/// <param name="Ahead">How far ahead of this server's clock a request may be.</param>
/// <param name="LongestGrant">The longest a grant lasts, and how long it lasts when nothing shorter is asked for.</param>
public sealed record AccessWindow(TimeSpan Back, TimeSpan Ahead, TimeSpan LongestGrant)
{
    /// <summary>300 s back, 60 s ahead, grants of 24 h.</summary>
    public static AccessWindow Default { get; } = new(TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(60), TimeSpan.FromHours(24));

    // A timestamp in milliseconds is about a thousand times the second's: seconds past the year 5138 are none, and neither are
    // milliseconds before 1973.
    private const long LeastMillisecondsTimestamp = 100_000_000_000;

    /// <summary>Whether <paramref name="timestamp"/> is within the window at <paramref name="now"/>, both ends included.</summary>
    public Freshness Judge(long timestamp, DateTimeOffset now)
    {
        // Int128: a timestamp from outside may be any long, and its distance to now must not wrap around.
        var age = (Int128)now.ToUnixTimeSeconds() - timestamp;

        return age > (long)Back.TotalSeconds ? new Freshness(FreshnessVerdict.Expired, age - (long)Back.TotalSeconds)
            : -age <= (long)Ahead.TotalSeconds ? new Freshness(FreshnessVerdict.Fresh, 0)
            : timestamp >= LeastMillisecondsTimestamp ? new Freshness(FreshnessVerdict.InMilliseconds, -age - (long)Ahead.TotalSeconds)
            : new Freshness(FreshnessVerdict.InFuture, -age - (long)Ahead.TotalSeconds);
    }

    /// <summary>The same for a moment in Unix milliseconds.</summary>
    public Freshness JudgeMilliseconds(long timestamp, DateTimeOffset now)
    {
        var age = (Int128)now.ToUnixTimeMilliseconds() - timestamp;
        var (tooOld, tooFarAhead) = (age - (long)Back.TotalMilliseconds, -age - (long)Ahead.TotalMilliseconds);

        return tooOld > 0 ? new Freshness(
                timestamp < LeastMillisecondsTimestamp ? FreshnessVerdict.InSeconds : FreshnessVerdict.Expired, InSeconds(tooOld))
            : tooFarAhead > 0 ? new Freshness(FreshnessVerdict.InFuture, InSeconds(tooFarAhead))
            : new Freshness(FreshnessVerdict.Fresh, 0);

        static Int128 InSeconds(Int128 milliseconds) => (milliseconds + 999) / 1000;
    }

    /// <summary>
    /// When a grant really ends: the earliest of what was asked for, the longest a grant lasts, and the end of the credentials
    /// that sign it (a store refuses a signature once its credentials end). In whole seconds, as stores count.
    /// </summary>
    /// <param name="requested">The wanted end in Unix seconds, which the caller has checked to be after <paramref name="now"/>; null for the longest.</param>
    /// <param name="now">This server's time.</param>
    /// <param name="credentialsEnd">When the signing credentials end; null when they do not.</param>
    public DateTimeOffset EffectiveExpiry(long? requested, DateTimeOffset now, DateTimeOffset? credentialsEnd)
    {
        var from = now.ToUnixTimeSeconds();
        var end = from + (long)LongestGrant.TotalSeconds;

        if (requested is { } wanted)
        {
            end = Math.Min(end, wanted);
        }

        if (credentialsEnd is { } credentials)
        {
            end = Math.Min(end, credentials.ToUnixTimeSeconds());
        }

        return DateTimeOffset.FromUnixTimeSeconds(end);
    }
}
