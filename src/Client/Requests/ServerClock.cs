namespace S3Auth.Client.Requests;

/// <summary>
/// The clock for the timestamps of proofs: this machine's clock, shifted to the server's time after the server reported a difference.
/// </summary>
internal sealed class ServerClock(TimeProvider time) : TimeProvider
{
    /// <summary>
    /// The largest accepted difference. A proof with a time in the future stays valid until then. A hostile server must not get a proof
    /// that is valid for months.
    /// </summary>
    internal static readonly TimeSpan MaxSkew = TimeSpan.FromHours(24);

    // In milliseconds, so that it can be read and written atomically.
    private long _skew;

    /// <summary>The server's time minus this machine's.</summary>
    internal TimeSpan Skew => TimeSpan.FromMilliseconds(Interlocked.Read(ref _skew));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Skew;

    /// <summary>Uses the server's time for the timestamps of proofs from now on.</summary>
    /// <returns>Whether the server's time was accepted.</returns>
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
