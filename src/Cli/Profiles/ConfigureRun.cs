namespace S3Auth.Cli.Profiles;

/// <summary>The options of <c>s3auth configure</c>. <see cref="ConfigureRun"/> asks for those that are missing.</summary>
internal sealed record ConfigurePlan
{
    /// <summary>The settings that options give.</summary>
    public required IReadOnlyDictionary<SettingKey, string> Options { get; init; }

    /// <summary>The name of the profile; null for the default one.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether to make the profile the default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether to write the profile without asking the server.</summary>
    public bool IsOffline { get; init; }
}

/// <summary>Asks what is missing, checks it with the server, and writes a profile.</summary>
/// <param name="report">The output.</param>
/// <param name="questions">Asks the user.</param>
/// <param name="reader">Reads the settings that exist.</param>
/// <param name="readVariable">Reads an environment variable.</param>
internal sealed class ConfigureRun(Report report, Questions questions, SettingsReader reader, Func<string, string?> readVariable)
{
    private static readonly S3AuthClientOptions Quick = new() { Attempts = 2 };

    internal async Task<ExitCode> RunAsync(ConfigurePlan plan, CancellationToken cancellationToken)
    {
        var file = reader.File;
        var name = Profile.ReadName(reader.GivenProfile(plan.Profile) ?? file.DefaultName ?? Profile.DefaultName, "--profile");
        var (given, old) = (reader.ReadGiven(plan.Options), file.Find(name));

        var address = await ReadServerAsync(given.Server, old?[SettingKey.Server], plan.IsOffline, cancellationToken);
        using var server = new PublicServer(address, Quick);
        var identity = await CheckAsync(ChooseIdentity(plan.Options, given.Identity, old), server, plan.IsOffline, cancellationToken);
        var source = await ChooseSourceAsync(given.Source, old?[SettingKey.Source], server, plan.IsOffline, cancellationToken);
        var profile = new Profile(name, ValuesOf(address, identity, source, given.Job ?? old?[SettingKey.Job]));
        file.Save(profile, plan.IsDefault);
        Show(profile, file.Path);
        return ExitCode.Done;
    }

    private async Task<Uri> ReadServerAsync(string? given, string? old, bool isOffline, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var address = CommonOptions.ReadServer(given ?? questions.Ask("Address of the server", old, "--server"));
                await PingAsync(address, isOffline, cancellationToken);
                return address;
            }
            catch (Exception exception) when (given is null && questions.CanAskAgain && Failure.Of(exception).IsExpected)
            {
                report.Fail(Failure.Of(exception).Message);
            }
        }
    }

    private async Task PingAsync(Uri address, bool isOffline, CancellationToken cancellationToken)
    {
        if (address.Scheme == "http" && !address.IsLoopback)
        {
            report.Warn($"The connection to {address.Authority} has no TLS: anyone on the network path can read and use the grants.");
        }

        if (!isOffline)
        {
            using var server = new PublicServer(address, Quick);
            var structure = await server.GetStructureAsync(cancellationToken);
            report.Note($"{address.Authority} is an S3Auth server. Its folders: {Report.Safe(structure.Folder_structure)}");
        }
    }

    private IdentityOptions ChooseIdentity(
        IReadOnlyDictionary<SettingKey, string> options, IdentityOptions given, Profile? old)
    {
        // The profile's key stays unless an option or variable names another.
        if (!given.IsGiven && old is not null && old.Values.Keys.Any(key => key.Use == IdentityUse.Names && key != SettingKey.Wallet))
        {
            var kept = reader.ReadProfile(old.Name).Identity;
            return kept with { Coldkey = given.Coldkey ?? kept.Coldkey, PasswordFile = given.PasswordFile ?? kept.PasswordFile };
        }

        if (given.IsGiven && given.Wallet is null)
        {
            return given;
        }

        var isOld = given.Wallet is null || given.Wallet == old?[SettingKey.Wallet];
        var path = (isOld && !options.ContainsKey(SettingKey.WalletPath) ? old?[SettingKey.WalletPath] : null) ?? given.WalletPath;
        var folder = new WalletFolder(path);
        if (given.Wallet is null && folder.Wallets.Count == 0)
        {
            throw new UsageException($"There is no wallet in {path}. {WalletFolder.CreateAdvice}");
        }

        var wallet = given.Wallet ?? questions.Choose("Wallet", folder.Wallets, old?[SettingKey.Wallet], "--wallet");
        isOld = wallet == old?[SettingKey.Wallet];
        var hotkeys = folder.HotkeysOf(wallet);
        var preset = isOld ? old?[SettingKey.Hotkey] : hotkeys.Contains(given.HotkeyName) ? given.HotkeyName : null;
        return given with
        {
            Wallet = wallet,
            WalletPath = path,
            HotkeyName = options.GetValueOrDefault(SettingKey.Hotkey)
                ?? questions.Choose("Hotkey", hotkeys, preset, "--hotkey"),
            Coldkey = given.Coldkey ?? (isOld ? old?[SettingKey.Coldkey] : null),
            PasswordFile = given.PasswordFile ?? (isOld ? old?[SettingKey.PasswordFile] : null),
        };
    }

    /// <summary>Reads the hotkey's address and tells what the server knows of it. Asks for the password file of an encrypted one.</summary>
    private async Task<IdentityOptions> CheckAsync(
        IdentityOptions identity, PublicServer server, bool isOffline, CancellationToken cancellationToken)
    {
        var (address, isEncrypted) = ReadAddress(identity);
        if (isEncrypted && identity.PasswordFile is null)
        {
            identity = identity with
            {
                PasswordFile = questions.AskOptional("The hotkey is encrypted. File with its password (empty to type it each time)"),
            };
        }

        if (address is { } hotkey && !isOffline && await server.FindHotkeyAsync(hotkey, cancellationToken) is { } status)
        {
            var text = $"{hotkey} {status.Describe()}";
            if (status.IsUnknown || status.Is_denied)
            {
                report.Warn($"{text}. Nothing can be uploaded until that changes.");
            }
            else
            {
                report.Note(text);
            }
        }
        else if (address is null)
        {
            report.Note("The hotkey's address is not known without its password. `s3auth check` checks it.");
        }

        return identity;
    }

    private (AccountId? Address, bool IsEncrypted) ReadAddress(IdentityOptions identity)
    {
        if (identity.KeyFile is { } path && File.Exists(path))
        {
            var info = KeyFileInfo.Read(path);
            return info.Problem is { } problem ? throw new UsageException(problem) : (info.Address, info.Kind != KeyFileKind.Plain);
        }

        using var wallet = new WalletReader(report.Warn, _ => null, readVariable).Read(identity);
        return (wallet.Hotkey.AccountId, false);
    }

    private async Task<string?> ChooseSourceAsync(
        string? given, string? old, PublicServer server, bool isOffline, CancellationToken cancellationToken)
    {
        if (isOffline)
        {
            return given ?? old;
        }

        var structure = await server.GetStructureAsync(cancellationToken);
        var sources = structure.Sources;
        while (true)
        {
            var preset = sources.Contains(old) ? old : sources.Count > 0 ? sources[0] : null;
            var source = given ?? (sources.Count > 1 ? questions.Choose("Source", [.. sources], preset, "--source") : null);
            try
            {
                structure.RefuseUnknown(source);
                return source;
            }
            catch (UsageException exception) when (given is null && questions.CanAskAgain)
            {
                report.Fail(exception.Message);
            }
        }
    }

    private static Dictionary<SettingKey, string> ValuesOf(Uri server, IdentityOptions identity, string? source, string? job)
    {
        var isWallet = identity.Wallet is not null;
        var defaultPath = ToolFolders.ExpandHome(SettingsReader.DefaultWalletPath);
        (SettingKey Key, string? Value)[] values =
        [
            (SettingKey.Server, server.AbsoluteUri.TrimEnd('/')),
            (SettingKey.Wallet, identity.Wallet),
            (SettingKey.Hotkey, isWallet ? identity.HotkeyName : null),
            (SettingKey.WalletPath, isWallet ? AbsoluteOf(identity.WalletPath) : null),
            (SettingKey.HotkeyFile, AbsoluteOf(identity.HotkeyFile)),
            (SettingKey.MnemonicFile, AbsoluteOf(identity.MnemonicFile)),
            (SettingKey.Suri, identity.Suri),
            (SettingKey.Coldkey, identity.Coldkey),
            (SettingKey.PasswordFile, AbsoluteOf(identity.PasswordFile)),
            (SettingKey.Source, source),
            (SettingKey.Job, job),
        ];
        return values
            .Where(one => one.Value is { Length: > 0 } && !(one.Key == SettingKey.WalletPath && one.Value == defaultPath))
            .ToDictionary(one => one.Key, one => one.Value!);
    }

    private static string? AbsoluteOf(string? path) => path is null ? null : Path.GetFullPath(ToolFolders.ExpandHome(path));

    private void Show(Profile profile, string path)
    {
        var isDefault = ProfileFile.Read(path, _ => { }).DefaultName == profile.Name;
        report.Record(ProfileRecord.Of(profile, path, isDefault), ToolJson.Default.ProfileRecord);
        report.Line($"Profile {profile.Name} is in {path}. Try it:");
        var option = isDefault ? "" : $" --profile {profile.Name}";
        report.Line($"  s3auth check{option}");
        report.Line($"  s3auth upload data/{option}");
    }
}
