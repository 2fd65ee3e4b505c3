namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth profiles</c>.</summary>
internal static class ProfilesCommand
{
    internal static Command Create(CommonOptions common)
    {
        var command = new ToolCommand("profiles", "List the profiles; * marks the default")
        {
            Examples = ["s3auth profiles", "s3auth profiles --json"],
        };
        common.RunInteractive(command, (_, report, _) => Task.FromResult(List(report, CommonOptions.ReadProfiles(report))));
        return command;
    }

    private static ExitCode List(Report report, ProfileFile file)
    {
        if (file.Names.Count == 0)
        {
            report.Note($"There is no profile in {file.Path}. `s3auth configure` writes one.");
            return ExitCode.Done;
        }

        var width = file.Names.Max(name => name.Length);
        foreach (var profile in file.Names.Select(file.Get))
        {
            var isDefault = profile.Name == file.DefaultName;
            report.Record(ProfileRecord.Of(profile, file.Path, isDefault), ToolJson.Default.ProfileRecord);
            string?[] parts =
            [
                profile[SettingKey.Server] ?? "no server",
                DescribeKey(profile),
                profile[SettingKey.Source] is { } source ? $"source {source}" : null,
                profile[SettingKey.Job] is { } job ? $"job {job}" : null,
            ];
            report.Line($"{(isDefault ? "*" : " ")} {profile.Name.PadRight(width)}  {string.Join("  ", parts.OfType<string>())}");
        }

        return ExitCode.Done;
    }

    private static string DescribeKey(Profile profile) =>
        profile[SettingKey.Wallet] is { } wallet ? $"wallet {wallet}, hotkey {profile[SettingKey.Hotkey] ?? SettingsReader.DefaultHotkey}"
        : profile[SettingKey.HotkeyFile] is { } file ? $"hotkey file {file}"
        : profile[SettingKey.MnemonicFile] is { } phrase ? $"mnemonic file {phrase}"
        : profile[SettingKey.Suri] is { } suri ? $"development account {suri}"
        : "no wallet";
}
