namespace S3Auth.Cli.Service;

/// <summary>Installs, shows and removes the service of a profile.</summary>
/// <param name="report">The output.</param>
/// <param name="machine">The machine that runs the service.</param>
/// <param name="folder">The folder of the user's units.</param>
internal sealed class ServiceRun(Report report, IMachine machine, string folder)
{
    // Long enough to see a process that fails at its start.
    private static readonly TimeSpan TimeToFail = TimeSpan.FromSeconds(2);

    private readonly UserManager _manager = new(machine);

    /// <summary>The folder of the user's units.</summary>
    /// <param name="readVariable">Reads an environment variable.</param>
    internal static string FolderOf(Func<string, string?> readVariable)
    {
        var given = readVariable("XDG_CONFIG_HOME");
        var config = given is { Length: > 0 } && Path.IsPathFullyQualified(given) ? given : ToolFolders.ExpandHome("~/.config");
        return Path.Combine(config, "systemd", "user");
    }

    /// <summary>Prints the unit.</summary>
    internal async Task<ExitCode> PrintAsync(ServiceUnit unit, CancellationToken cancellationToken)
    {
        var text = (await WithVersionAsync(unit, cancellationToken)).Write();
        report.Note($"# {PathOf(unit.Profile)}");
        report.Result(text.TrimEnd('\n'));
        return ExitCode.Done;
    }

    /// <summary>Writes the unit and starts it.</summary>
    internal async Task<ExitCode> InstallAsync(ServiceUnit unit, CancellationToken cancellationToken)
    {
        _manager.Require();
        var (name, path) = (ServiceUnit.NameOf(unit.Profile), PathOf(unit.Profile));
        RefuseForeign(path);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes((await WithVersionAsync(unit, cancellationToken)).Write()));
        await _manager.ControlAsync(["daemon-reload"], cancellationToken);
        await _manager.ControlAsync(["enable", name], cancellationToken);
        await _manager.ControlAsync(["restart", name], cancellationToken);
        report.Note($"{path} is written. The service starts with your session, and again 15 s after a failure.");
        await Task.Delay(TimeToFail, cancellationToken);
        return await ShowAsync(unit.Profile, cancellationToken);
    }

    /// <summary>Shows whether the service runs.</summary>
    internal async Task<ExitCode> ShowAsync(string profile, CancellationToken cancellationToken)
    {
        RequireInstalled(profile);
        var name = ServiceUnit.NameOf(profile);
        var state = await _manager.ReadStateAsync(name, cancellationToken);
        var isLingering = await _manager.IsLingeringAsync(cancellationToken);
        report.Record(
            new ServiceRecord(
                "service",
                profile,
                name,
                PathOf(profile),
                state.Active,
                state.Sub,
                state.Pid > 0 ? state.Pid : null,
                state.Restarts,
                state.IsRunning ? null : state.ExitStatus,
                state.IsEnabled,
                isLingering,
                state.Since.Length > 0 ? state.Since : null),
            ToolJson.Default.ServiceRecord);
        report.Line(Describe(name, state));
        if (!state.IsEnabled)
        {
            report.Line($"It does not start by itself. Run `systemctl --user enable {name}`.");
        }

        if (isLingering == false)
        {
            report.Line("It stops when you log out. Run `loginctl enable-linger` once, so that it also runs after a reboot.");
        }

        report.Line($"Its messages: s3auth service logs --profile {profile}");
        return state.IsRunning ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>Stops the service and removes its unit.</summary>
    internal async Task<ExitCode> UninstallAsync(string profile, CancellationToken cancellationToken)
    {
        RequireInstalled(profile);
        RefuseForeign(PathOf(profile));
        await _manager.ControlAsync(["disable", "--now", ServiceUnit.NameOf(profile)], cancellationToken);
        File.Delete(PathOf(profile));
        await _manager.ControlAsync(["daemon-reload"], cancellationToken);
        report.Line($"{PathOf(profile)} is removed. The profile and the files stay.");
        return ExitCode.Done;
    }

    /// <summary>Shows the messages of the service.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="lines">The number of the last lines to show.</param>
    /// <param name="follows">Whether to go on with new messages.</param>
    /// <param name="cancellationToken">Ends the output.</param>
    internal async Task<ExitCode> ShowLogsAsync(string profile, int lines, bool follows, CancellationToken cancellationToken)
    {
        RequireInstalled(profile);
        var uid = (await machine.RunAsync("id", ["-u"], cancellationToken)).Output.Trim();

        // The service's own messages, and systemd's about it. `--user --unit` finds neither for root.
        string[] arguments =
        [
            "--lines", lines.ToString(CultureInfo.InvariantCulture), "--no-pager", .. follows ? ["--follow"] : Array.Empty<string>(),
            $"SYSLOG_IDENTIFIER={ServiceUnit.IdentifierOf(profile)}", $"_UID={uid}",
            "+", $"USER_UNIT={ServiceUnit.NameOf(profile)}", $"_UID={uid}",
        ];
        return await machine.ShowAsync("journalctl", arguments, cancellationToken) == 0 || cancellationToken.IsCancellationRequested
            ? ExitCode.Done
            : ExitCode.Usage;
    }

    private string PathOf(string profile) => Path.Combine(folder, ServiceUnit.NameOf(profile));

    private async Task<ServiceUnit> WithVersionAsync(ServiceUnit unit, CancellationToken cancellationToken) =>
        unit with { SystemdVersion = await _manager.ReadVersionAsync(cancellationToken) };

    private void RequireInstalled(string profile)
    {
        _manager.Require();
        if (!File.Exists(PathOf(profile)))
        {
            throw new UsageException(
                $"Profile {profile} has no service. `s3auth service install PATH --profile {profile}` installs it.");
        }
    }

    private static void RefuseForeign(string path)
    {
        if (File.Exists(path) && !File.ReadLines(path).Take(5).Any(line => line.StartsWith(ServiceUnit.Mark, StringComparison.Ordinal)))
        {
            throw new UsageException($"s3auth did not write {path}, so it does not change it. Move the file away first.");
        }
    }

    private static string Describe(string name, UnitState state)
    {
        var since = state.Since.Length > 0 ? $" since {state.Since}" : "";
        var restarts = state.Restarts > 0 ? string.Create(CultureInfo.InvariantCulture, $"; restarts: {state.Restarts}") : "";
        return state switch
        {
            { IsRunning: true } => string.Create(
                CultureInfo.InvariantCulture, $"{name} runs{since}, process {state.Pid}{restarts}."),
            { Sub: "auto-restart" } => string.Create(
                CultureInfo.InvariantCulture, $"{name} ended with exit code {state.ExitStatus} and waits for its next start{restarts}."),
            { Active: "failed" } => string.Create(
                CultureInfo.InvariantCulture, $"{name} failed{since} ({state.Result}, exit code {state.ExitStatus}){restarts}."),
            _ => $"{name} does not run ({state.Active}){since}.",
        };
    }
}
