namespace S3Auth.Cli.Service;

/// <summary>The state of a unit, in systemd's words.</summary>
/// <param name="Active">Such as <c>active</c>, <c>activating</c>, <c>failed</c>, <c>inactive</c>.</param>
/// <param name="Sub">Such as <c>running</c>, or <c>auto-restart</c> while it waits for the next start.</param>
/// <param name="Result">How the last run ended, such as <c>success</c> or <c>exit-code</c>.</param>
/// <param name="ExitStatus">The exit code of the last run.</param>
/// <param name="Pid">The id of the process; 0 if none runs.</param>
/// <param name="Restarts">How often systemd started it again.</param>
/// <param name="IsEnabled">Whether it starts with the user's systemd.</param>
/// <param name="Since">When the state changed, as systemd writes it; empty if it never ran.</param>
internal sealed record UnitState(
    string Active, string Sub, string Result, int ExitStatus, int Pid, int Restarts, bool IsEnabled, string Since)
{
    internal bool IsRunning => Active == "active";

    /// <summary>Reads what <c>systemctl show</c> prints.</summary>
    internal static UnitState Parse(string text)
    {
        var values = text.Split('\n')
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last()[1].Trim(), StringComparer.Ordinal);
        return new UnitState(
            Text("ActiveState"),
            Text("SubState"),
            Text("Result"),
            Number("ExecMainStatus"),
            Number("MainPID"),
            Number("NRestarts"),
            Text("UnitFileState") == "enabled",
            Text("StateChangeTimestamp"));

        string Text(string name) => values.GetValueOrDefault(name, "");

        int Number(string name) =>
            int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
