namespace S3Auth.Cli.Profiles;

/// <summary>
/// Finds the settings of a run. An option comes before an <c>S3AUTH_…</c> variable, a variable before the profile, the profile before
/// Bittensor's own <c>BT_WALLET_…</c> variables.
/// </summary>
/// <param name="readVariable">Reads an environment variable; null if it is not set.</param>
/// <param name="warn">Prints a warning.</param>
internal sealed class SettingsReader(Func<string, string?> readVariable, Action<string> warn)
{
    internal const string ProfileVariable = "S3AUTH_PROFILE";

    internal const string DefaultHotkey = "default";

    internal const string DefaultWalletPath = "~/.bittensor/wallets";

    private readonly Lazy<ProfileFile> _file = new(() => ProfileFile.Read(new ToolFolders(readVariable).ConfigFile, warn));

    /// <summary>The file with the profiles.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    internal ProfileFile File => _file.Value;

    /// <summary>Returns the name of the profile that an option or variable gives; null if none does.</summary>
    internal string? GivenProfile(string? option) => option ?? Variable(ProfileVariable);

    /// <summary>Reads the settings of a run.</summary>
    /// <param name="options">The settings that options give.</param>
    /// <param name="profile">The profile that an option names; null for the current one.</param>
    /// <exception cref="UsageException">There is no such profile, or the file cannot be read.</exception>
    internal ToolSettings Read(IReadOnlyDictionary<SettingKey, string> options, string? profile)
    {
        var name = GivenProfile(profile);
        var chosen = name is null ? File.Default : File.Get(name);
        var variables = ReadVariables();
        if (profile is not null && variables.TryGetValue(SettingKey.Server, out var server) && !options.ContainsKey(SettingKey.Server)
            && chosen?[SettingKey.Server] is { } own && own != server)
        {
            warn($"${SettingKey.Server.Variable} is set, so profile {chosen.Name} is used with {Report.Safe(server)} instead of its own "
                + "server. Unset the variable to use the profile's.");
        }

        return Resolve(Merge(options, variables), chosen);
    }

    /// <summary>Returns the settings that options and variables give, without a profile.</summary>
    internal ToolSettings ReadGiven(IReadOnlyDictionary<SettingKey, string> options) =>
        Resolve(Merge(options, ReadVariables()), profile: null);

    /// <summary>Reads the settings of a profile that a path names. Options and variables apply only to the current profile.</summary>
    /// <exception cref="UsageException">There is no such profile.</exception>
    internal ToolSettings ReadProfile(string name) => Resolve(new Dictionary<SettingKey, string>(), File.Get(name));

    private Dictionary<SettingKey, string> ReadVariables()
    {
        var values = new Dictionary<SettingKey, string>();
        foreach (var key in SettingKey.All)
        {
            if (Variable(key.Variable) is { } value)
            {
                values[key] = key.IsPath ? ToolFolders.ExpandHome(value) : value;
            }
        }

        return values;
    }

    private static Dictionary<SettingKey, string> Merge(
        IReadOnlyDictionary<SettingKey, string> options, IReadOnlyDictionary<SettingKey, string> variables)
    {
        var isNamed = NamesIdentity(options);
        var merged = new Dictionary<SettingKey, string>(options);
        foreach (var (key, value) in variables)
        {
            if (!(isNamed && key.Use == IdentityUse.Names))
            {
                merged.TryAdd(key, value);
            }
        }

        return merged;
    }

    private ToolSettings Resolve(Dictionary<SettingKey, string> given, Profile? profile)
    {
        // The details of a key, such as its password, must not be used with another key.
        var isNamed = NamesIdentity(given);
        foreach (var (key, value) in profile?.Values ?? new Dictionary<SettingKey, string>())
        {
            if (!isNamed || key.Use == IdentityUse.None)
            {
                given.TryAdd(key, value);
            }
        }

        if (!NamesIdentity(given) && Variable("BT_WALLET_NAME") is { } wallet)
        {
            given[SettingKey.Wallet] = wallet;
        }

        return new ToolSettings
        {
            Profile = profile,
            Profiles = File.Names,
            Server = given.GetValueOrDefault(SettingKey.Server),
            Source = given.GetValueOrDefault(SettingKey.Source),
            Job = given.GetValueOrDefault(SettingKey.Job),
            Identity = new IdentityOptions
            {
                Wallet = given.GetValueOrDefault(SettingKey.Wallet),
                HotkeyName = given.GetValueOrDefault(SettingKey.Hotkey) ?? Variable("BT_WALLET_HOTKEY") ?? DefaultHotkey,
                WalletPath = given.GetValueOrDefault(SettingKey.WalletPath)
                    ?? ToolFolders.ExpandHome(Variable("BT_WALLET_PATH") ?? DefaultWalletPath),
                HotkeyFile = given.GetValueOrDefault(SettingKey.HotkeyFile),
                MnemonicFile = given.GetValueOrDefault(SettingKey.MnemonicFile),
                Suri = given.GetValueOrDefault(SettingKey.Suri),
                Coldkey = given.GetValueOrDefault(SettingKey.Coldkey),
                PasswordFile = given.GetValueOrDefault(SettingKey.PasswordFile),
            },
        };
    }

    private static bool NamesIdentity(IReadOnlyDictionary<SettingKey, string> values) =>
        values.Keys.Any(key => key.Use == IdentityUse.Names);

    private string? Variable(string name) => readVariable(name) is { Length: > 0 } value ? value : null;
}
