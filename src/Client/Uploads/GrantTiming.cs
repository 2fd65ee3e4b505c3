namespace S3Auth.Client.Uploads;

/// <summary>When a grant is requested again.</summary>
internal static class GrantTiming
{
    /// <summary>If the store refuses a new grant too, the grant is not the cause, and each further one counts against a quota.</summary>
    internal static readonly TimeSpan MinReplacementInterval = TimeSpan.FromMinutes(1);

    // So that some uploads start between two requests, whatever the server says. Otherwise a server whose grants end at once would be asked
    // for grants for ever.
    private static readonly TimeSpan MinUse = TimeSpan.FromSeconds(5);

    // A grant must be valid when an upload starts, not until it ends, and this machine's clock may run fast.
    private static readonly TimeSpan MaxMargin = TimeSpan.FromMinutes(5);

    /// <summary>Returns when to renew a grant, from its duration, not its end time, because this machine's clock may be wrong.</summary>
    /// <param name="asked">When the grant was requested.</param>
    /// <param name="seconds">Its duration in seconds.</param>
    internal static DateTimeOffset RenewAt(DateTimeOffset asked, long seconds)
    {
        var life = FileReader.ReadLifetime(seconds);
        return AtLeastMinUse(asked, life - TimeSpan.FromTicks(Math.Min(MaxMargin.Ticks, life.Ticks / 4)));
    }

    /// <summary>Returns when to renew the URL of a part, which is sent soon after its request.</summary>
    /// <param name="asked">When the URL was requested.</param>
    /// <param name="seconds">Its duration in seconds.</param>
    internal static DateTimeOffset RenewPartAt(DateTimeOffset asked, long seconds) =>
        AtLeastMinUse(asked, FileReader.ReadLifetime(seconds) * 0.75);

    private static DateTimeOffset AtLeastMinUse(DateTimeOffset asked, TimeSpan use) => asked + (use > MinUse ? use : MinUse);
}
