namespace S3Auth.Cli.Commands;

/// <summary>The options that every command has, and what a command is run in.</summary>
internal sealed class CommonOptions
{
    private const string ServerVariable = "S3AUTH_SERVER";

    private readonly Option<string?> _server = new("--server", "-s")
    {
        Description = $"The S3Auth server's address; else ${ServerVariable}",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _wallet = new("--wallet", "-w") { Description = "A Bittensor wallet, by its name", HelpName = "NAME", Recursive = true };

    private readonly Option<string> _hotkey = new("--hotkey", "-k")
    {
        Description = "The hotkey within the wallet",
        HelpName = "NAME",
        DefaultValueFactory = _ => "default",
        Recursive = true,
    };

    private readonly Option<string> _walletPath = new("--wallet-path")
    {
        Description = "Where wallets are (~/.bittensor/wallets)",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _mnemonicFile = new("--mnemonic-file") { Description = "Instead of a wallet: a file with the hotkey's phrase", HelpName = "FILE", Recursive = true };

    private readonly Option<string?> _suri = new("--suri") { Description = "Instead of a wallet: a development account, such as //Bob", HelpName = "//NAME", Recursive = true };

    private readonly Option<string?> _coldkey = new("--coldkey") { Description = "The coldkey's address, where the wallet does not tell it", HelpName = "SS58", Recursive = true };

    private readonly Option<string?> _passwordFile = new("--password-file") { Description = "File with the password of an encrypted hotkey; without it, $BT_PW_… of Bittensor's tools, or a prompt", HelpName = "FILE", Recursive = true };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line on stdout, and nothing else there", Recursive = true };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing but what failed", Recursive = true };

    internal IEnumerable<Option> All => [_server, _wallet, _hotkey, _walletPath, _mnemonicFile, _suri, _coldkey, _passwordFile, _json, _quiet];

    /// <summary>Runs a command with an identity and a server.</summary>
    internal void Run(Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(parsed.GetValue(_json), parsed.GetValue(_quiet));
            return (int)await RunAsync(report, async () =>
            {
                var server = ReadServer(parsed, report);
                using var session = new Session(report, server, ReadWallet(parsed, report));
                return await action(parsed, session, cancellationToken);
            }, cancellationToken);
        });

    private static async Task<ExitCode> RunAsync(Report report, Func<Task<ExitCode>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            report.Fail("Stopped. Run the same command again to go on.");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (Failures.IsForeseen(exception))
        {
            return Failures.Tell(report, exception);
        }
    }

    private Uri ReadServer(ParseResult parsed, Report report)
    {
        var text = parsed.GetValue(_server) ?? Environment.GetEnvironmentVariable(ServerVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new UsageException($"Say which server: --server https://… or ${ServerVariable}.");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0 || server.Query.Length > 0)
        {
            throw new UsageException("The server's address is a URL such as https://s3-auth.example.com, without user or query.");
        }

        if (server.Scheme == "http" && !server.IsLoopback)
        {
            report.Warn($"{server.Authority} is asked without TLS: whoever is on the way can read and use what it grants.");
        }

        return server;
    }

    private Wallet ReadWallet(ParseResult parsed, Report report) => new WalletReader(report.Warn, PasswordInput.Ask, Environment.GetEnvironmentVariable).Read(new IdentityOptions
    {
        Wallet = parsed.GetValue(_wallet),
        HotkeyName = parsed.GetValue(_hotkey)!,
        WalletPath = parsed.GetValue(_walletPath)
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bittensor", "wallets"),
        MnemonicFile = parsed.GetValue(_mnemonicFile),
        Suri = parsed.GetValue(_suri),
        Coldkey = parsed.GetValue(_coldkey),
        PasswordFile = parsed.GetValue(_passwordFile),
    });
}
