namespace S3Auth.Cli.Profiles;

/// <summary>A profile in the output for programs.</summary>
internal sealed record ProfileRecord(
    string Type,
    string Profile,
    string File,
    bool IsDefault,
    string? Server,
    string? Wallet,
    string? Hotkey,
    string? WalletPath,
    string? HotkeyFile,
    string? MnemonicFile,
    string? Suri,
    string? Coldkey,
    string? PasswordFile,
    string? Source,
    string? Job)
{
    internal static ProfileRecord Of(Profile profile, string file, bool isDefault) => new(
        "profile",
        profile.Name,
        file,
        isDefault,
        profile[SettingKey.Server],
        profile[SettingKey.Wallet],
        profile[SettingKey.Hotkey],
        profile[SettingKey.WalletPath],
        profile[SettingKey.HotkeyFile],
        profile[SettingKey.MnemonicFile],
        profile[SettingKey.Suri],
        profile[SettingKey.Coldkey],
        profile[SettingKey.PasswordFile],
        profile[SettingKey.Source],
        profile[SettingKey.Job]);
}
