namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Signs with @polkadot/keyring in Node, as wallets do. It shares no code with this repository.</summary>
internal sealed class NodeSigner
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(2);

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Clients", "node");

    private static readonly Lazy<Task<string?>> Obstacle = new(PrepareAsync);

    private readonly string _node;

    private NodeSigner(string node) => _node = node;

    /// <summary>Returns the signer. Skips the test, with the reason, if Node or its packages are missing.</summary>
    public static async Task<NodeSigner> NeedAsync()
    {
        var node = Tool.Need("node", "nodejs and npm");
        Tool.Need("npm", "nodejs and npm");
        if (await Obstacle.Value is { } obstacle)
        {
            Assert.Ignore(obstacle);
        }

        return new NodeSigner(node);
    }

    /// <summary>Signs each text with the key of its URI. Returns hex with 0x.</summary>
    public async Task<IReadOnlyList<string>> SignAsync(params (string Uri, string Text)[] texts)
    {
        var input = JsonSerializer.Serialize(texts.Select(one => new { uri = one.Uri, text = one.Text }));
        var result = await Tool.RunAsync(_node, [Program], input, folder: Folder);
        return JsonSerializer.Deserialize<List<string>>(result.Expect())!;
    }

    /// <summary>Runs a client script that uses the same library. It reads and writes JSON.</summary>
    public async Task<JsonObject> RunAsync(string script, object input)
    {
        var result = await Tool.RunAsync(_node, [Path.Combine(Folder, script)], JsonSerializer.Serialize(input), folder: Folder);
        return JsonNode.Parse(result.Expect())!.AsObject();
    }

    /// <summary>The path of the program.</summary>
    public static string Program => Path.Combine(Folder, "sign.mjs");

    /// <summary>A file of one of the packages beside the signer.</summary>
    public static string FileOf(string package, string file) => Path.Combine(Folder, "node_modules", package, file);

    private static async Task<string?> PrepareAsync()
    {
        var wanted = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
        var stamp = Path.Combine(Folder, "node_modules", ".installed-for");
        if (File.Exists(stamp) && string.Equals(await File.ReadAllTextAsync(stamp), wanted, StringComparison.Ordinal))
        {
            return null;
        }

        var install = await Tool.RunAsync(
            Tool.Find("npm")!, ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder: Folder, limit: InstallLimit);
        if (install.ExitCode != 0)
        {
            return "Skipped because npm could not install @polkadot/keyring: " + install.Errors.Trim();
        }

        await File.WriteAllTextAsync(stamp, wanted);
        return null;
    }
}
