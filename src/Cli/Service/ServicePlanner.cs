namespace S3Auth.Cli.Service;

/// <summary>Makes the unit of a profile from a command line. Refuses what could not run without a terminal.</summary>
/// <param name="reader">Reads the profiles.</param>
/// <param name="readVariable">Reads an environment variable.</param>
/// <param name="warn">Prints a warning.</param>
internal sealed class ServicePlanner(SettingsReader reader, Func<string, string?> readVariable, Action<string> warn)
{
    // Variables with which this program finds its files. They contain no secret.
    private static readonly string[] Kept = [ToolFolders.ConfigVariable, "XDG_CONFIG_HOME", "XDG_STATE_HOME", "DOTNET_ROOT"];

    // A proxy's address may contain a password, so the unit must not have it.
    private static readonly string[] Proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

    /// <summary>Returns the name of the profile that a service uses.</summary>
    /// <param name="option">The name that an option gives; null if it gives none.</param>
    /// <exception cref="UsageException">There is no such profile.</exception>
    internal string ChooseProfile(string? option)
    {
        var name = reader.GivenProfile(option) ?? reader.File.DefaultName ?? throw new UsageException(reader.File.Names.Count == 0
            ? "A service needs a profile. Run `s3auth configure` once."
            : $"A service needs a profile. Pass --profile NAME ({string.Join(", ", reader.File.Names)}).");
        return reader.File.Get(name).Name;
    }

    /// <summary>Returns the unit. Its version of systemd is not set yet.</summary>
    /// <param name="name">The name of the profile.</param>
    /// <param name="passwordFile">A file with the password of the hotkey; null for that of the profile.</param>
    /// <param name="program">The words that start this program.</param>
    /// <param name="options">Options of the upload.</param>
    /// <param name="paths">The paths to upload.</param>
    /// <exception cref="UsageException">The profile or a path is not usable by a service.</exception>
    internal ServiceUnit Plan(
        string name, string? passwordFile, IReadOnlyList<string> program, IReadOnlyList<string> options, IReadOnlyList<string> paths)
    {
        var profile = reader.File.Get(name);
        CommonOptions.ReadServer(profile[SettingKey.Server], $"Run `s3auth configure --profile {name}`");
        RefuseUnusableKey(profile, passwordFile);
        if (paths.FirstOrDefault(path => !LocalFiles.CanMatch(path)) is { } missing)
        {
            throw new UsageException($"There is nothing to watch: {Report.Safe(missing)} does not exist.");
        }

        if (Proxies.FirstOrDefault(one => readVariable(one) is { Length: > 0 }) is { } proxy)
        {
            warn($"The service does not have your ${proxy}. Set it with `systemctl --user edit {ServiceUnit.NameOf(name)}`.");
        }

        return new ServiceUnit
        {
            Profile = name,
            Program = program,
            Arguments =
            [
                .. passwordFile is null ? Array.Empty<string>() : ["--password-file", Path.GetFullPath(passwordFile)],
                .. options,
                .. paths.Select(Path.GetFullPath),
            ],
            Variables = [.. Kept
                .Select(one => (Name: one, Value: readVariable(one) ?? ""))
                .Where(one => one.Value.Length > 0)
                .Select(one => (one.Name, AbsoluteOf(one.Name, one.Value)))],
            SystemdVersion = 0,
        };
    }

    // The folder of the service is not the current one.
    private static string AbsoluteOf(string name, string value) =>
        name == ToolFolders.ConfigVariable ? Path.GetFullPath(ToolFolders.ExpandHome(value)) : value;

    private void RefuseUnusableKey(Profile profile, string? passwordFile)
    {
        if (!profile.Values.Keys.Any(key => key.Use == IdentityUse.Names))
        {
            throw new UsageException($"Profile {profile.Name} names no wallet. Run `s3auth configure --profile {profile.Name}`.");
        }

        var identity = reader.ReadProfile(profile.Name).Identity;
        if (identity.KeyFile is not { } path)
        {
            return;
        }

        var file = KeyFileInfo.Read(path);
        if (file.Problem is { } problem)
        {
            throw new UsageException(problem);
        }

        if (file.Kind == KeyFileKind.Plain)
        {
            return;
        }

        var password = passwordFile ?? identity.PasswordFile ?? throw new UsageException(
            $"The hotkey file {path} is encrypted, and a service cannot ask for its password. Write it into a file that only you can read, "
            + "and pass --password-file FILE.");
        if (!File.Exists(password))
        {
            throw new UsageException($"The password file {Report.Safe(password)} does not exist.");
        }
    }
}
