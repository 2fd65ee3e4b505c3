namespace S3Auth.Cli.Service;

/// <summary>A systemd user unit that uploads the new files of some paths with a profile.</summary>
internal sealed record ServiceUnit
{
    /// <summary>The line by which this program recognises the units that it wrote.</summary>
    internal const string Mark = "# Written by `s3auth service install`.";

    private const int FirstVersionWithBackOff = 254;

    /// <summary>The name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>The words that start this program. The first is an absolute path.</summary>
    public required IReadOnlyList<string> Program { get; init; }

    /// <summary>The words of the upload: options and absolute paths.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The environment variables of the service.</summary>
    public IReadOnlyList<(string Name, string Value)> Variables { get; init; } = [];

    /// <summary>The version of systemd.</summary>
    public required int SystemdVersion { get; init; }

    /// <summary>The name of the unit of a profile.</summary>
    internal static string NameOf(string profile) => $"s3auth-{profile}.service";

    /// <summary>The name that the messages of a profile's service have in the journal.</summary>
    internal static string IdentifierOf(string profile) => $"s3auth-{profile}";

    /// <summary>Returns the text of the unit.</summary>
    /// <exception cref="UsageException">A path or option cannot be written in a unit.</exception>
    internal string Write()
    {
        string[] words = [.. Program, "upload", "--watch", "--profile", Profile, .. Arguments];
        var text = new StringBuilder();
        text.Append(
            $"""
            {Mark} That command replaces this file.
            # `systemctl --user edit {NameOf(Profile)}` changes settings and keeps the changes.

            [Unit]
            Description=s3auth uploads new files with profile {Profile}
            # A server may be down for days. The service must not give up.
            StartLimitIntervalSec=0

            [Service]
            Type=exec
            ExecStart=:{string.Join(' ', words.Select(UnitText.Quote))}

            """);
        foreach (var (name, value) in Variables)
        {
            text.Append("Environment=").Append(UnitText.Quote($"{name}={value}")).Append('\n');
        }

        text.Append(
            $"""
            SyslogIdentifier={IdentifierOf(Profile)}
            Restart=on-failure
            RestartSec=15

            """);
        if (SystemdVersion >= FirstVersionWithBackOff)
        {
            text.Append("RestartSteps=6\nRestartMaxDelaySec=10min\n");
        }

        text.Append(
            """
            # s3auth ends with 130 when it is told to stop.
            SuccessExitStatus=130
            # A dump of the memory would contain the hotkey.
            LimitCORE=0
            UMask=0077
            NoNewPrivileges=yes
            LockPersonality=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            RestrictNamespaces=yes
            RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            SystemCallErrorNumber=EPERM

            [Install]
            WantedBy=default.target

            """);
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
