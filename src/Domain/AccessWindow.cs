namespace S3Auth.Domain;

/// <summary>
/// The timestamps that the server accepts in a proof, and the duration of grants. Timestamps are Unix seconds, in headers Unix
/// milliseconds. No timestamp that fits a 64-bit integer overflows.
/// </summary>
/// <param name="MaxAge">The maximum age of a proof.</param>
/// <param name="MaxAhead">How far a timestamp may be ahead of this server's clock.</param>
/// <param name="MaxGrantDuration">The longest duration of a grant, which is also the duration if the request asks for none.</param>
public sealed record AccessWindow(TimeSpan MaxAge, TimeSpan MaxAhead, TimeSpan MaxGrantDuration)
{
    /// <summary>Maximum age 300 s, maximum lead 60 s, grants of 24 h.</summary>
    public static AccessWindow Default { get; } = new(TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(60), TimeSpan.FromHours(24));

    // The boundary between seconds and milliseconds. It would be the year 5138 in seconds, and is the year 1973 in milliseconds.
    private const long MinMillisecondsTimestamp = 100_000_000_000;

    /// <summary>Checks a timestamp in Unix seconds against the window at <paramref name="now"/>. Both ends are inside the window.</summary>
    public TimestampCheck Check(long timestamp, DateTimeOffset now)
    {
        // Int128, because the client may send any long, and the difference must not overflow.
        var age = (Int128)now.ToUnixTimeSeconds() - timestamp;

        return age > (long)MaxAge.TotalSeconds ? new TimestampCheck(TimestampStatus.Expired, age - (long)MaxAge.TotalSeconds)
            : -age <= (long)MaxAhead.TotalSeconds ? new TimestampCheck(TimestampStatus.Valid, 0)
            : timestamp >= MinMillisecondsTimestamp ? new TimestampCheck(TimestampStatus.InMilliseconds, -age - (long)MaxAhead.TotalSeconds)
            : new TimestampCheck(TimestampStatus.InFuture, -age - (long)MaxAhead.TotalSeconds);
    }

    /// <summary>Checks a timestamp in Unix milliseconds.</summary>
    public TimestampCheck CheckMilliseconds(long timestamp, DateTimeOffset now)
    {
        var age = (Int128)now.ToUnixTimeMilliseconds() - timestamp;
        var (tooOld, tooFarAhead) = (age - (long)MaxAge.TotalMilliseconds, -age - (long)MaxAhead.TotalMilliseconds);

        return tooOld > 0 ? new TimestampCheck(
                timestamp < MinMillisecondsTimestamp ? TimestampStatus.InSeconds : TimestampStatus.Expired, InSeconds(tooOld))
            : tooFarAhead > 0 ? new TimestampCheck(TimestampStatus.InFuture, InSeconds(tooFarAhead))
            : new TimestampCheck(TimestampStatus.Valid, 0);

        static Int128 InSeconds(Int128 milliseconds) => (milliseconds + 999) / 1000;
    }

    /// <summary>
    /// The time at which a grant ends: the earliest of the requested expiry, <see cref="MaxGrantDuration"/> from now, and the end of the
    /// credentials that sign it, because a store refuses signatures of expired credentials. In whole seconds, like the expiries of S3.
    /// </summary>
    /// <param name="requested">
    /// The requested expiry in Unix seconds, which must be after <paramref name="now"/>; null for the longest duration.
    /// </param>
    /// <param name="now">The current time.</param>
    /// <param name="credentialsEnd">When the signing credentials expire; null if they do not.</param>
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
