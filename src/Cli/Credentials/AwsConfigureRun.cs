namespace S3Auth.Cli.Credentials;

/// <summary>The options of <c>s3auth configure aws</c>. <see cref="AwsConfigureRun"/> asks for those that are missing.</summary>
internal sealed record AwsConfigurePlan
{
    /// <summary>The server's address; null to ask for it.</summary>
    public string? Server { get; init; }

    /// <summary>The hotkey. If it names none, the wallet and the hotkey are asked for.</summary>
    public required IdentityOptions Identity { get; init; }

    /// <summary>The name of the profile; null to ask for it.</summary>
    public string? Profile { get; init; }

    /// <summary>The credentials that the profile requests.</summary>
    public required SessionParameters Parameters { get; init; }

    /// <summary>Whether to replace a profile with the same name.</summary>
    public bool Replaces { get; init; }

    /// <summary>The words that start this program.</summary>
    public required IReadOnlyList<string> Program { get; init; }
}

/// <summary>Asks what is missing, requests credentials as the profile will, and writes the profile.</summary>
/// <param name="report">The output.</param>
/// <param name="questions">Asks the user.</param>
/// <param name="readVariable">Reads an environment variable.</param>
internal sealed class AwsConfigureRun(Report report, Questions questions, Func<string, string?> readVariable)
{
    internal async Task<ExitCode> RunAsync(AwsConfigurePlan plan, CancellationToken cancellationToken)
    {
        var name = AwsProfile.ReadName(
            plan.Profile ?? questions.Ask("Name of the profile", AwsProfile.DefaultName, "--name"), "--name");
        RefuseStoredKeys(name);
        var server = CommonOptions.ReadServer(plan.Server ?? questions.Ask("Address of the server", preset: null, "--server"));
        var identity = AskIdentity(plan.Identity);
        using var session = new Session(report, server, () => ReadWallet(identity));
        var parameters = plan.Parameters with { Role = plan.Parameters.Role ?? await AskRoleAsync(session.Client, cancellationToken) };
        var issued = await new SessionRequester(session.Client, report.Note).SendAsync(parameters, cancellationToken);
        report.Note($"The server gives credentials as {issued.Role} for {string.Join(", ", issued.Folders.Select(Report.Safe))}");

        var command = ProfileCommand.Write(plan.Program, server, identity, parameters, OperatingSystem.IsWindows());
        var profile = new AwsProfile(name, command, issued);
        var path = AwsConfigFile.PathOf(readVariable);
        if (!TryWrite(profile, path, plan.Replaces))
        {
            report.Fail($"Profile {name} is in {path} already. Pass --replace, or another name with --name.");
            return ExitCode.Usage;
        }

        Show(profile, path, identity);
        return ExitCode.Done;
    }

    // Tools prefer stored keys to a credential_process of the same profile.
    private void RefuseStoredKeys(string name)
    {
        var path = AwsConfigFile.PathOf(readVariable, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        if (AwsConfigFile.Read(path).HasProfile(name))
        {
            throw new UsageException($"{path} has keys for profile {name}, which tools use first. Pass another name with --name.");
        }
    }

    private IdentityOptions AskIdentity(IdentityOptions given)
    {
        if (given.IsGiven)
        {
            return given;
        }

        var folder = new WalletFolder(given.WalletPath);
        var wallet = questions.Choose("Wallet", folder.Wallets, preset: null, "--wallet");
        return given with { Wallet = wallet, HotkeyName = questions.Choose("Hotkey", folder.HotkeysOf(wallet), preset: null, "--hotkey") };
    }

    // The tools start this program without a terminal, so a password that is typed here would not help.
    private Wallet ReadWallet(IdentityOptions identity) => new WalletReader(
        report.Warn,
        path => throw new UsageException(
            $"The hotkey file {path} is encrypted, and tools cannot ask for its password. Pass --password-file with a file that only you "
            + $"can read, or set ${PasswordVariable.NamesOf(path).First()} as Bittensor's tools do."),
        readVariable).Read(identity);

    private async Task<string> AskRoleAsync(S3AuthClient client, CancellationToken cancellationToken)
    {
        var status = await client.Api.GetHotkeyAsync(client.Hotkey.ToString(), cancellationToken);
        var role = SessionRequester.RoleOf(status);
        if (status is not { May_read: true, May_upload: true })
        {
            return role;
        }

        while (true)
        {
            var answer = questions.Ask(
                $"Role ({SessionRole.Miner}: upload into your own folders, {SessionRole.Validator}: read all miners' files)",
                role,
                "--role");
            if (answer is SessionRole.Miner or SessionRole.Validator)
            {
                return answer;
            }
        }
    }

    private bool TryWrite(AwsProfile profile, string path, bool replaces)
    {
        var old = AwsConfigFile.Read(path);
        var changed = old.With(profile);
        if (changed.IsSameAs(old))
        {
            return true;
        }

        if (old.HasProfile(profile.Name) && !replaces
            && !questions.Confirm($"{path} has a profile {profile.Name}. Replace it?", preset: false, "--replace"))
        {
            return false;
        }

        // Another program may have changed the file since.
        AwsConfigFile.Read(path).With(profile).Write();
        return true;
    }

    private void Show(AwsProfile profile, string path, IdentityOptions identity)
    {
        var answer = profile.Session.Answer;
        if (identity.KeyFile is { } hotkey && identity.PasswordFile is null
            && PasswordVariable.NamesOf(hotkey).FirstOrDefault(name => readVariable(name) is { Length: > 0 }) is { } variable)
        {
            report.Warn($"The profile needs ${variable} wherever you use it.");
        }

        report.Record(
            new AwsProfileRecord(
                "profile", profile.Name, path, profile.Session.Role, answer.Bucket, [.. answer.Prefixes], answer.Endpoint, answer.Region),
            ToolJson.Default.AwsProfileRecord);
        report.Line($"Profile {profile.Name} is in {path}. Try it:");
        report.Line($"  aws s3 ls {ShellQuote.ForCommand(profile.Session.Folders.First())} --profile {profile.Name}");
        report.Line("For rclone, run this once:");
        report.Line(
            $"  rclone config create {profile.Name} s3 provider=Other env_auth=true profile={profile.Name} "
            + $"endpoint={ShellQuote.ForCommand(answer.Endpoint)} region={ShellQuote.ForCommand(answer.Region)} "
            + $"force_path_style={(profile.Session.UsesPathStyle ? "true" : "false")} list_version=2 no_check_bucket=true");
    }

    internal sealed record AwsProfileRecord(
        string Type,
        string Profile,
        string File,
        string Role,
        string Bucket,
        IReadOnlyList<string> Prefixes,
        string Endpoint,
        string Region);
}
