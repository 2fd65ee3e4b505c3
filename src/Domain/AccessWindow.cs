namespace S3Auth.Domain;

/// <summary>
/// How old or how far ahead a request's moment may be, and how long what it is granted lasts. Moments are Unix seconds, or
/// milliseconds in Tao v2 headers, as on the wire; no value that fits a 64-bit integer overflows.
/// </summary>
/// <param name="MaxAge">How old a request may be.</param>
/// <param name="MaxAhead">How far ahead of this server's clock a request may be.</param>
/// <param name="MaxGrantDuration">The longest a grant lasts, and how long it lasts when nothing shorter is asked for.</param>
public sealed record AccessWindow(TimeSpan MaxAge, TimeSpan MaxAhead, TimeSpan MaxGrantDuration)
{
    /// <summary>300 s back, 60 s ahead, grants of 24 h.</summary>
    public static AccessWindow Default { get; } = new(TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(60), TimeSpan.FromHours(24));

    // A timestamp in milliseconds is about a thousand times the second's: seconds past the year 5138 are none, and neither are
    // milliseconds before 1973.
    private const long LeastMillisecondsTimestamp = 100_000_000_000;

    /// <summary>Whether <paramref name="timestamp"/> is within the window at <paramref name="now"/>, both ends included.</summary>
    public TimestampCheck Check(long timestamp, DateTimeOffset now)
    {
        // Int128: a timestamp from outside may be any long, and its distance to now must not wrap around.
        var age = (Int128)now.ToUnixTimeSeconds() - timestamp;

        return age > (long)MaxAge.TotalSeconds ? new TimestampCheck(TimestampStatus.Expired, age - (long)MaxAge.TotalSeconds)
            : -age <= (long)MaxAhead.TotalSeconds ? new TimestampCheck(TimestampStatus.Valid, 0)
            : timestamp >= LeastMillisecondsTimestamp ? new TimestampCheck(TimestampStatus.InMilliseconds, -age - (long)MaxAhead.TotalSeconds)
            : new TimestampCheck(TimestampStatus.InFuture, -age - (long)MaxAhead.TotalSeconds);
    }

    /// <summary>The same for a moment in Unix milliseconds.</summary>
    public TimestampCheck CheckMilliseconds(long timestamp, DateTimeOffset now)
    {
        var age = (Int128)now.ToUnixTimeMilliseconds() - timestamp;
        var (tooOld, tooFarAhead) = (age - (long)MaxAge.TotalMilliseconds, -age - (long)MaxAhead.TotalMilliseconds);

        return tooOld > 0 ? new TimestampCheck(
                timestamp < LeastMillisecondsTimestamp ? TimestampStatus.InSeconds : TimestampStatus.Expired, InSeconds(tooOld))
            : tooFarAhead > 0 ? new TimestampCheck(TimestampStatus.InFuture, InSeconds(tooFarAhead))
            : new TimestampCheck(TimestampStatus.Valid, 0);

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
        var end = from + (long)MaxGrantDuration.TotalSeconds;

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
