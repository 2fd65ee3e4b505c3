namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Servers that read the chain from test nodes. Grants need no object store, so none runs.</summary>
internal abstract class ChainFixture
{
    /// <summary>How long a test waits for a condition.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<IAsyncDisposable> _running = [];

    protected ScratchFolder Folder { get; private set; } = null!;

    [SetUp]
    public void CreateFolder() => Folder = new ScratchFolder("chain");

    [TearDown]
    public async Task StopAllAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        _running.Clear();
        Folder.Dispose();
    }

    /// <summary>Disposes it at the end of the test.</summary>
    protected T Own<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }

    /// <summary>Starts a node with the subnet of the development accounts, and without metadata.</summary>
    /// <param name="port">The port; null for a reserved port, which stays free while the node is stopped.</param>
    protected async Task<TestNode> NodeAsync(int? port = null)
    {
        var node = Own(await TestNode.StartAsync(port ?? FreePort.Next()));
        node.State = RecordedAnswers.State("subnet");
        return node;
    }

    /// <summary>Starts three nodes that follow one chain with this recorded runtime.</summary>
    protected async Task<(LivingChain Chain, TestNode[] Nodes)> ChainAsync(string runtime)
    {
        var chain = Own(new LivingChain(SubnetRuntimes.Of(runtime)));
        TestNode[] nodes = [await NodeAsync(), await NodeAsync(), await NodeAsync()];
        foreach (var node in nodes)
        {
            chain.Add(node);
        }

        return (chain, nodes);
    }

    /// <summary>Stops a node or a server before the end of the test.</summary>
    protected async Task StopAsync(IAsyncDisposable running)
    {
        _running.Remove(running);
        await running.DisposeAsync();
    }

    /// <summary>Starts a server.</summary>
    /// <param name="network">The value of <c>BT_NETWORK</c>.</param>
    /// <param name="interval">Seconds from one sync to the next.</param>
    /// <param name="staleness">Seconds for which a snapshot is used.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="ready">Whether to wait until the server is ready.</param>
    /// <param name="environment">More settings.</param>
    protected async Task<ApiProcess> StartAsync(
        string network,
        int interval = 1,
        int staleness = 3600,
        int netuid = 46,
        bool ready = true,
        Dictionary<string, string>? environment = null)
    {
        var settings = new Dictionary<string, string>(environment ?? [], StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["BT_NETWORK"] = network,
            ["NET_UID"] = netuid.ToString(CultureInfo.InvariantCulture),
            ["METAGRAPH_SYNC_INTERVAL"] = interval.ToString(CultureInfo.InvariantCulture),
            ["METAGRAPH_MAX_STALENESS"] = staleness.ToString(CultureInfo.InvariantCulture),
            ["S3_ENDPOINT"] = Address(FreePort.Next(), "http"),
            ["S3_BUCKET"] = "unreachable",
            ["AWS_ACCESS_KEY_ID"] = "somebody",
            ["AWS_SECRET_ACCESS_KEY"] = "some-key",
            ["DATA_DIR"] = Path.Combine(Folder.Path, "data"),
        };
        return Own(ready ? await ApiProcess.StartAsync(settings) : await ApiProcess.StartUnreadyAsync(settings));
    }

    protected static string Address(TestNode node) => Address(node.Address.Port);

    protected static string Address(int port, string scheme = "ws") =>
        string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}");

    protected static Task<Answer> AskAsync(ApiProcess api, Miner miner) =>
        api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(miner));

    protected static async Task<string> GrantAsync(ApiProcess api, Miner miner) =>
        (await api.Client.GetFolderAccessAsync(miner)).Folder;

    /// <summary>Returns the metagraph's part of the health check.</summary>
    protected static async Task<JsonObject> HealthAsync(ApiProcess api) =>
        (await api.Client.GetAsync("/healthcheck")).Json["metagraph_syncer"]!.AsObject();

    /// <summary>Waits until the metagraph's part of the health check meets the condition, and returns it.</summary>
    protected static async Task<JsonObject> UntilAsync(ApiProcess api, Func<JsonObject, bool> wanted)
    {
        JsonObject state = [];
        await Wait.UntilAsync(async () => wanted(state = await HealthAsync(api)), () => state.ToJsonString(), Patience);
        return state;
    }

    /// <summary>The warnings in the metagraph's part of the health check, one on a line.</summary>
    protected static string Warnings(JsonObject health) => string.Join('\n', health["warnings"]!.AsArray().Select(one => (string?)one));

    /// <summary>How often nodes failed for this reason.</summary>
    protected static async Task<int> NodeFailuresAsync(ApiProcess api, string reason)
    {
        var metrics = (await api.Client.GetAsync("/metrics")).Text;
        var counted = Regex.Match(
            metrics,
            $@"^s3auth_metagraph_node_failures_total\{{[^}}]*reason=""{reason}""[^}}]*\}} (\d+)",
            RegexOptions.Multiline,
            TimeSpan.FromSeconds(1));
        return counted.Success ? int.Parse(counted.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
