namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Runs <c>s3auth</c> as a process, with a wallet in its own folder.</summary>
internal sealed class S3AuthTool(Uri server, ScratchFolder folder)
{
    // The keys of development accounts are public.
    private const string SeedOfAlice = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The words that start it: the tool of one file that the variable names, otherwise the built program.</summary>
    public static IReadOnlyList<string> Command =>
        System.Environment.GetEnvironmentVariable("S3AUTH_TEST_TOOL") is { Length: > 0 } tool
            ? [tool]
            : [Tool.Need("dotnet", "the .NET SDK"), Path.Combine(Repository.OutputOf("Cli"), "s3auth.dll")];

    /// <summary>The same words for a shell.</summary>
    public static string ShellCommand => string.Join(' ', Command.Select(word => $"'{word}'"));

    private string Wallets => Path.Combine(folder.Path, "wallets");

    /// <summary>The folder of its state.</summary>
    public string State => Path.Combine(folder.Path, "state");

    /// <summary>The file with its profiles. It exists only if a case writes it.</summary>
    public string Config => Path.Combine(folder.Path, "config", "config.toml");

    /// <summary>Whether a variable names the server. A variable comes before a profile.</summary>
    public bool HasServerVariable { get; init; } = true;

    /// <summary>Additional environment variables.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns the path of a key below the folder of a download, where all files are of one miner: its path in the miner's folder, below
    /// the name of the source if the deployment has sources.
    /// </summary>
    public static string DownloadedName(string key)
    {
        var segments = key.Split('/');
        return segments[1].StartsWith("hotkey=", StringComparison.Ordinal)
            ? string.Join('/', segments.Skip(2))
            : string.Join('/', segments.Skip(3).Prepend(segments[1]));
    }

    /// <summary>Writes a miner's wallet. Returns the options that name it.</summary>
    public async Task<string[]> WalletOfAsync(Miner miner)
    {
        var name = miner.Hotkey.Address[..12];
        await WriteWalletAsync(Path.Combine(Wallets, name), miner);
        return ["--wallet-path", Wallets, "--wallet", name];
    }

    /// <summary>Writes a wallet into a folder, its hotkey called <c>default</c>.</summary>
    public static async Task WriteWalletAsync(string wallet, Miner miner)
    {
        Directory.CreateDirectory(Path.Combine(wallet, "hotkeys"));
        var hotkey = Path.Combine(wallet, "hotkeys", "default");
        await File.WriteAllTextAsync(hotkey, JsonSerializer.Serialize(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["accountId"] = null,
            ["publicKey"] = null,
            ["secretPhrase"] = null,
            ["secretSeed"] = miner == Subnet.Validator ? SeedOfAlice : "0x" + Convert.ToHexStringLower(miner.Hotkey.Seed!),
            ["ss58Address"] = miner.Hotkey.Address,
        }));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(hotkey, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await File.WriteAllTextAsync(Path.Combine(wallet, "coldkeypub.txt"), JsonSerializer.Serialize(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ss58Address"] = miner.Coldkey.Address }));
    }

    public Task<ToolResult> RunAsync(params IEnumerable<string> arguments) =>
        Tool.RunAsync(Command[0], [.. Command.Skip(1), .. arguments], environment: Variables(), folder: folder.Path, limit: Patience);

    /// <summary>Runs it with <c>--json</c> and returns the printed objects.</summary>
    public async Task<(ToolResult Result, IReadOnlyList<JsonObject> Records)> RunJsonAsync(params IEnumerable<string> arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (result, [.. lines.Select(line => JsonNode.Parse(line)!.AsObject())]);
    }

    /// <summary>Starts it without waiting. It ends with the test run at the latest.</summary>
    public Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Command[0], [.. Command.Skip(1), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        foreach (var (name, value) in Variables())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("It did not start.");
        TestRun.Current.Guard.Watch(process);
        return process;
    }

    /// <summary>The environment variables of the program.</summary>
    public Dictionary<string, string> Variables() => new(Environment, StringComparer.Ordinal)
    {
        ["S3AUTH_SERVER"] = HasServerVariable ? server.AbsoluteUri : "",
        ["S3AUTH_CONFIG"] = Config,
        ["XDG_STATE_HOME"] = State,
        ["NO_PROXY"] = "*",
    };
}
