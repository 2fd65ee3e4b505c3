namespace S3Auth.Cli.Failures;

/// <summary>Messages about a wrong clock.</summary>
internal static class Clock
{
    /// <summary>How to set this machine's clock.</summary>
    internal static string Advice =>
        OperatingSystem.IsLinux() ? "Run `timedatectl set-ntp true`." : "Turn on automatic time in the system's settings.";

    /// <summary>Warns that requests are signed with the server's time.</summary>
    /// <param name="skew">The server's time minus this machine's.</param>
    internal static string WarningFor(TimeSpan skew) => $"{Describe(skew)}; signing with the server's time. {Advice}";

    /// <summary>Describes the difference of the clocks.</summary>
    /// <param name="skew">The server's time minus this machine's.</param>
    internal static string Describe(TimeSpan skew) =>
        $"Clock is {Amount.Duration(skew.Duration())} {(skew > TimeSpan.Zero ? "behind" : "ahead of")} the server";
}
