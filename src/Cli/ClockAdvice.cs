namespace S3Auth.Cli;

/// <summary>What to say of a clock that is wrong.</summary>
internal static class ClockAdvice
{
    /// <summary>How to set this machine's clock.</summary>
    internal static string WhatToDo => OperatingSystem.IsLinux() ? "Run `timedatectl set-ntp true`." : "Turn on automatic time in the system's settings.";

    /// <summary>The message when requests are signed with the server's time.</summary>
    /// <param name="skew">The server's time minus this machine's.</param>
    internal static string WarningFor(TimeSpan skew) => $"{Describe(skew)}; signing with the server's time. {WhatToDo}";

    /// <summary>How the clocks differ.</summary>
    /// <param name="skew">The server's time minus this machine's.</param>
    internal static string Describe(TimeSpan skew) => $"Clock is {Amount.Duration(skew.Duration())} {(skew > TimeSpan.Zero ? "behind" : "ahead of")} the server";
}
