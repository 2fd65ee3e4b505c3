namespace S3Auth.Cli.Profiles;

/// <summary>A setting that an option, an environment variable or a profile can give.</summary>
/// <param name="Name">The name in a profile, such as <c>wallet_path</c>.</param>
/// <param name="IsPath">Whether the value is a path of this machine.</param>
/// <param name="Use">What it does to the identity, the hotkey that signs.</param>
internal sealed record SettingKey(string Name, bool IsPath = false, IdentityUse Use = IdentityUse.None)
{
    internal static readonly SettingKey Server = new("server");
    internal static readonly SettingKey Wallet = new("wallet", Use: IdentityUse.Names);
    internal static readonly SettingKey Hotkey = new("hotkey", Use: IdentityUse.Details);
    internal static readonly SettingKey WalletPath = new("wallet_path", IsPath: true, IdentityUse.Details);
    internal static readonly SettingKey HotkeyFile = new("hotkey_file", IsPath: true, IdentityUse.Names);
    internal static readonly SettingKey MnemonicFile = new("mnemonic_file", IsPath: true, IdentityUse.Names);
    internal static readonly SettingKey Suri = new("suri", Use: IdentityUse.Names);
    internal static readonly SettingKey Coldkey = new("coldkey", Use: IdentityUse.Details);
    internal static readonly SettingKey PasswordFile = new("password_file", IsPath: true, IdentityUse.Details);
    internal static readonly SettingKey Source = new("source");
    internal static readonly SettingKey Job = new("job");

    /// <summary>All settings, in the order in which a profile is written.</summary>
    internal static IReadOnlyList<SettingKey> All { get; } =
        [Server, Wallet, Hotkey, WalletPath, HotkeyFile, MnemonicFile, Suri, Coldkey, PasswordFile, Source, Job];

    /// <summary>The environment variable.</summary>
    internal string Variable { get; } = "S3AUTH_" + Name.ToUpperInvariant();
}

/// <summary>What a setting does to the identity.</summary>
internal enum IdentityUse
{
    /// <summary>The setting has nothing to do with it.</summary>
    None,

    /// <summary>The setting says which key signs.</summary>
    Names,

    /// <summary>The setting belongs to a key that another setting names.</summary>
    Details,
}
