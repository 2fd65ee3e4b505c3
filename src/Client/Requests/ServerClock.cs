namespace S3Auth.Client.Requests;

/// <summary>The clock that proofs are dated by: this machine's, shifted to the server's time once the server said that it is another.</summary>
internal sealed class ServerClock(TimeProvider time) : TimeProvider
{
    /// <summary>
    /// The largest difference that is believed. A proof that is dated ahead is good until then, so no server may ask for one that is
    /// good for months.
    /// </summary>
    internal static readonly TimeSpan MaxSkew = TimeSpan.FromHours(24);

    // Milliseconds; read and written as one.
    private long _skew;

    /// <summary>The server's time minus this machine's.</summary>
    internal TimeSpan Skew => TimeSpan.FromMilliseconds(Interlocked.Read(ref _skew));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Skew;

    /// <summary>Dates proofs by the server's time from now on.</summary>
    /// <returns>Whether it was believed.</returns>
    internal bool TryFollow(DateTimeOffset serverTime)
    {
        var skew = serverTime - time.GetUtcNow();
        if (skew.Duration() > MaxSkew)
        {
            return false;
        }

        Interlocked.Exchange(ref _skew, (long)skew.TotalMilliseconds);
        return true;
    }
}
