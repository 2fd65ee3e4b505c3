namespace S3Auth.Cli.Commands;

/// <summary>The options that every command has, and how a command runs with them.</summary>
internal sealed class CommonOptions
{
    private const string ServerVariable = "S3AUTH_SERVER";

    private readonly Option<string?> _server = new("--server", "-s")
    {
        Description = $"The server's address, such as https://s3-auth.example.com (default: ${ServerVariable})",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _wallet = new("--wallet", "-w")
    {
        Description = "The name of a Bittensor wallet",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly Option<string> _hotkey = new("--hotkey", "-k")
    {
        Description = "The name of the hotkey in the wallet (default: default)",
        HelpName = "NAME",
        DefaultValueFactory = _ => "default",
        Recursive = true,
    };

    private readonly Option<string?> _walletPath = new("--wallet-path")
    {
        Description = "The folder of the wallets (default: ~/.bittensor/wallets)",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _mnemonicFile = new("--mnemonic-file")
    {
        Description = "A file with the hotkey's mnemonic, instead of a wallet",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _suri = new("--suri")
    {
        Description = "A development account such as //Bob, instead of a wallet",
        HelpName = "//NAME",
        Recursive = true,
    };

    private readonly Option<string?> _coldkey = new("--coldkey")
    {
        Description = "The coldkey's address, if the wallet has no coldkeypub.txt",
        HelpName = "SS58",
        Recursive = true,
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = "A file with the password of an encrypted hotkey (default: $BT_PW_… of Bittensor's tools, or a prompt)",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly OutputOptions _output = new();

    internal IEnumerable<Option> All =>
        [_server, _wallet, _hotkey, _walletPath, _mnemonicFile, _suri, _coldkey, _passwordFile, .. _output.All];

    /// <summary>Runs a command after reading the server's address and the wallet.</summary>
    internal void Run(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        RunWithoutWallet(command, (parsed, session, cancellationToken) =>
        {
            _ = session.Wallet;
            return action(parsed, session, cancellationToken);
        });

    /// <summary>Runs a command that reads the wallet itself.</summary>
    internal void RunWithoutWallet(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, isTool: false, async report =>
        {
            using var session = new Session(report, ReadServer(parsed, report), () => ReadWallet(parsed, report, PasswordInput.Ask));
            return await action(parsed, session, cancellationToken);
        }, cancellationToken));

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
                using var session = new Session(
                    report,
                    ReadServer(parsed, report),
                    () => ReadWallet(parsed, report, isTool ? _ => null : PasswordInput.Ask));
                return await action(parsed, session, cancellationToken);
            }, cancellationToken);
        });

    /// <summary>Runs a command that asks for what the options leave out.</summary>
    internal void RunInteractive(Command command, Func<ParseResult, Report, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, isTool: false, report => action(parsed, report, cancellationToken), cancellationToken));

    /// <summary>The server's address as given by the option or the variable; null if neither is set.</summary>
    internal string? ReadGivenServer(ParseResult parsed) =>
        parsed.GetValue(_server) ?? Environment.GetEnvironmentVariable(ServerVariable);

    internal IdentityOptions ReadIdentity(ParseResult parsed) => new()
    {
        Wallet = parsed.GetValue(_wallet),
        HotkeyName = parsed.GetValue(_hotkey)!,
        WalletPath = parsed.GetValue(_walletPath)
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bittensor", "wallets"),
        MnemonicFile = parsed.GetValue(_mnemonicFile),
        Suri = parsed.GetValue(_suri),
        Coldkey = parsed.GetValue(_coldkey),
        PasswordFile = parsed.GetValue(_passwordFile),
    };

    /// <summary>Reads the server's address.</summary>
    /// <exception cref="UsageException">It is not an http or https URL.</exception>
    internal static Uri ReadServer(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new UsageException($"No server is given. Pass --server https://… or set ${ServerVariable}.");
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

    private Uri ReadServer(ParseResult parsed, Report report)
    {
        var server = ReadServer(ReadGivenServer(parsed));
        if (server.Scheme == "http" && !server.IsLoopback)
        {
            report.Warn($"The connection to {server.Authority} has no TLS: anyone on the network path can read and use the grants.");
        }

        return server;
    }

    private Wallet ReadWallet(ParseResult parsed, Report report, Func<string, PasswordInput?> askPassword) =>
        new WalletReader(report.Warn, askPassword, Environment.GetEnvironmentVariable).Read(ReadIdentity(parsed));
}
