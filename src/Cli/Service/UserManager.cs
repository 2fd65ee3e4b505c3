namespace S3Auth.Cli.Service;

/// <summary>The user's own systemd: its units and their state.</summary>
/// <param name="machine">Runs <c>systemctl</c> and <c>loginctl</c>.</param>
internal sealed class UserManager(IMachine machine)
{
    private static readonly char[] EndOfVersion = [' ', '(', '.', '-', '~', '\n'];

    /// <exception cref="UsageException">There is no systemd.</exception>
    internal void Require()
    {
        if (machine.WhyNoSystemd is { } reason)
        {
            throw new UsageException(reason);
        }
    }

    /// <summary>Returns the version of systemd; 0 if it is not known.</summary>
    internal async Task<int> ReadVersionAsync(CancellationToken cancellationToken)
    {
        if (machine.WhyNoSystemd is not null)
        {
            return 0;
        }

        // "systemd 252 (252.38-1~deb12u1)".
        var words = (await machine.RunAsync("systemctl", ["--version"], cancellationToken)).Output.Split(EndOfVersion);
        return words is ["systemd", var version, ..]
            && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Runs <c>systemctl --user</c>.</summary>
    /// <exception cref="UsageException">It failed.</exception>
    internal async Task ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var answer = await machine.RunAsync("systemctl", ["--user", .. arguments], cancellationToken);
        if (answer.ExitCode != 0)
        {
            throw new UsageException(Explain($"systemctl --user {string.Join(' ', arguments)}", answer.Errors));
        }
    }

    /// <summary>Returns the state of a unit.</summary>
    /// <exception cref="UsageException">systemd does not answer.</exception>
    internal async Task<UnitState> ReadStateAsync(string unit, CancellationToken cancellationToken)
    {
        var answer = await machine.RunAsync(
            "systemctl",
            ["--user", "show", unit, "--property=ActiveState,SubState,Result,ExecMainStatus,MainPID,NRestarts,UnitFileState,"
                + "StateChangeTimestamp"],
            cancellationToken);
        return answer.ExitCode == 0
            ? UnitState.Parse(answer.Output)
            : throw new UsageException(Explain($"systemctl --user show {unit}", answer.Errors));
    }

    /// <summary>Whether the user's services run while the user is not logged in; null if it is not known.</summary>
    internal async Task<bool?> IsLingeringAsync(CancellationToken cancellationToken)
    {
        var answer = await machine.RunAsync(
            "loginctl", ["show-user", Environment.UserName, "--property=Linger", "--value"], cancellationToken);
        return answer.ExitCode == 0 ? answer.Output.Trim() == "yes" : null;
    }

    private static string Explain(string command, string errors)
    {
        var text = Report.Safe(errors.Trim().ReplaceLineEndings(" "));
        return errors.Contains("connect to bus", StringComparison.OrdinalIgnoreCase)
            ? $"`{command}` failed: {text} Log in as this user, for instance with ssh, instead of with su or sudo; or set "
                + "XDG_RUNTIME_DIR to /run/user/$(id -u)."
            : $"`{command}` failed: {text}";
    }
}
