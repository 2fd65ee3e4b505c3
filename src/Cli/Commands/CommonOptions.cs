namespace S3Auth.Cli.Commands;

/// <summary>The options that every command has, and how a command runs with them.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _profile = new("--profile")
    {
        Description = $"The profile to use (default: ${SettingsReader.ProfileVariable}, or the default profile)",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly OutputOptions _output = new();

    private readonly Dictionary<SettingKey, Option<string?>> _settings = new()
    {
        [SettingKey.Server] = Setting(
            "URL", $"The server's address, such as https://s3-auth.example.com (default: ${SettingKey.Server.Variable}, or the profile's)",
            "--server", "-s"),
        [SettingKey.Wallet] = Setting("NAME", "The name of a Bittensor wallet (default: the profile's)", "--wallet", "-w"),
        [SettingKey.Hotkey] = Setting(
            "NAME", "The name of the hotkey in the wallet (default: the profile's, $BT_WALLET_HOTKEY, or default)", "--hotkey", "-k"),
        [SettingKey.WalletPath] = Setting(
            "DIR", "The folder of the wallets (default: the profile's, $BT_WALLET_PATH, or ~/.bittensor/wallets)", "--wallet-path"),
        [SettingKey.HotkeyFile] = Setting("FILE", "A hotkey's key file, instead of a wallet", "--hotkey-file"),
        [SettingKey.MnemonicFile] = Setting("FILE", "A file with the hotkey's mnemonic, instead of a wallet", "--mnemonic-file"),
        [SettingKey.Suri] = Setting("//NAME", "A development account such as //Bob, instead of a wallet", "--suri"),
        [SettingKey.Coldkey] = Setting(
            "SS58", "The coldkey's address (default: the wallet's coldkeypub.txt, or what the server says)", "--coldkey"),
        [SettingKey.PasswordFile] = Setting(
            "FILE", "A file with the password of an encrypted hotkey (default: $BT_PW_… of Bittensor's tools, or a prompt)",
            "--password-file"),
    };

    internal IEnumerable<Option> All => [_profile, .. _settings.Values, .. _output.All];

    /// <summary>Runs a command after reading the server's address and the wallet.</summary>
    internal void Run(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        RunWithoutWallet(command, (parsed, session, cancellationToken) =>
        {
            _ = session.Server;
            _ = session.Wallet;
            return action(parsed, session, cancellationToken);
        });

    /// <summary>Runs a command that uses the caller's own folder, so it needs the coldkey.</summary>
    internal void RunAsMiner(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        Run(command, async (parsed, session, cancellationToken) =>
        {
            await session.GetColdkeyAsync(cancellationToken);
            return await action(parsed, session, cancellationToken);
        });

    /// <summary>Runs a command that reads the server's address and the wallet when it needs them, or those of another profile.</summary>
    internal void RunWithoutWallet(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        RunForTools(command, _ => false, action);

    /// <summary>
    /// Runs a command that another program may start. Then it asks nothing, because the program may hide the question, and prints an error
    /// as one line, because the program shows it within its own.
    /// </summary>
    internal void RunForTools(
        Command command, Func<ParseResult, bool> isStarted, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction((parsed, cancellationToken) =>
        {
            var isTool = isStarted(parsed);
            return RunAsync(parsed, isTool, async report =>
            {
                using var session = Open(parsed, report, isTool ? _ => null : PasswordInput.Ask);
                var isDone = false;
                try
                {
                    var exitCode = await action(parsed, session, cancellationToken);
                    isDone = exitCode == ExitCode.Done;
                    return exitCode;
                }
                catch (OutputClosedException)
                {
                    report.MuteNotes();
                    throw;
                }
                finally
                {
                    session.ReportQuota(isDone);
                }
            }, cancellationToken);
        });

    /// <summary>Runs a command that needs no server, or asks for what the options leave out.</summary>
    internal void RunInteractive(Command command, Func<ParseResult, Report, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, isTool: false, report => action(parsed, report, cancellationToken), cancellationToken));

    /// <summary>Reads the settings of a run, from options, variables and the profile.</summary>
    /// <exception cref="UsageException">There is no such profile, or its file is not valid.</exception>
    internal ToolSettings ReadSettings(ParseResult parsed, Report report) =>
        ReaderOf(report).Read(ReadOptions(parsed), parsed.GetValue(_profile));

    /// <summary>Returns the settings that options give.</summary>
    internal IReadOnlyDictionary<SettingKey, string> ReadOptions(ParseResult parsed) => _settings
        .Select(one => (one.Key, Value: parsed.GetValue(one.Value)))
        .Where(one => one.Value is not null)
        .ToDictionary(one => one.Key, one => one.Value!);

    /// <summary>Reads the profiles.</summary>
    /// <exception cref="UsageException">The file is not valid.</exception>
    internal static ProfileFile ReadProfiles(Report report) => ReaderOf(report).File;

    /// <summary>The profile that the option names; null if it is not given.</summary>
    internal string? ReadProfileName(ParseResult parsed) => parsed.GetValue(_profile);

    /// <summary>Reads the server's address.</summary>
    /// <exception cref="UsageException">It is not an http or https URL.</exception>
    internal static Uri ReadServer(string? text, string advice = "Run `s3auth configure` once")
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new UsageException(
                $"No server is given. {advice}, pass --server https://…, or set ${SettingKey.Server.Variable}.");
        }

        if (!text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate("http://" + text, UriKind.Absolute, out var guess))
        {
            var address = Report.Safe(text);
            throw new UsageException(
                $"The server's address {address} has no scheme. Use {(guess.IsLoopback ? "http" : "https")}://{address}.");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw new UsageException("The server's address is not a URL. Use one such as https://s3-auth.example.com.");
        }

        return server.UserInfo.Length == 0 && server.Query.Length == 0
            ? server
            : throw new UsageException(
                "The server's address must have no user name and no query. Use one such as https://s3-auth.example.com.");
    }

    private static Option<string?> Setting(string value, string description, string name, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Recursive = true };

    private async Task<int> RunAsync(
        ParseResult parsed, bool isTool, Func<Report, Task<ExitCode>> action, CancellationToken cancellationToken)
    {
        // The options may be wrong, or the log file may not be writable.
        var report = new Report(_output.ReadWithoutLog(parsed, isTool));
        var exitCode = await RunCatchingAsync();
        report.Log("info", string.Create(CultureInfo.InvariantCulture, $"ended with exit code {(int)exitCode}"));
        return (int)exitCode;

        async Task<ExitCode> RunCatchingAsync()
        {
            try
            {
                report = new Report(_output.Read(parsed, isTool));
                report.Log("info", $"started: {HelpAction.PathOf(parsed.CommandResult.Command)}");
                CommandLineErrors.RefuseUnknownOptions(parsed);
                OpenSsl.Require();
                return await action(report);
            }
            catch (OutputClosedException)
            {
                return ExitCode.OutputClosed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                report.Fail("Stopped. Run the same command again to continue.");
                return ExitCode.Interrupted;
            }
            catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure)
            {
                return report.Fail(failure);
            }
        }
    }

    private Session Open(ParseResult parsed, Report report, Func<string, PasswordInput?> askPassword)
    {
        var reader = ReaderOf(report);
        return Open(
            reader.Read(ReadOptions(parsed), parsed.GetValue(_profile)),
            report,
            askPassword,
            name => Open(reader.ReadProfile(name), report, askPassword, openProfile: null));
    }

    private static Session Open(
        ToolSettings settings, Report report, Func<string, PasswordInput?> askPassword, Func<string, Session>? openProfile)
    {
        var wallets = new WalletReader(report.Warn, askPassword, Environment.GetEnvironmentVariable, settings.Advice);
        return new Session(report, () => ReadServer(settings, report), () => wallets.Read(settings.Identity))
        {
            StateFolder = new ToolFolders(Environment.GetEnvironmentVariable).State,
            Profile = settings.Profile,
            Source = settings.Source,
            Job = settings.Job,
            OpenProfile = openProfile,
        };
    }

    private static Uri ReadServer(ToolSettings settings, Report report)
    {
        var server = ReadServer(settings.Server, settings.Advice);
        if (server.Scheme == "http" && !server.IsLoopback)
        {
            report.Warn($"The connection to {server.Authority} has no TLS: anyone on the network path can read and use the grants.");
        }

        return server;
    }

    internal static SettingsReader ReaderOf(Report report) => new(Environment.GetEnvironmentVariable, report.Warn);
}
