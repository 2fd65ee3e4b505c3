namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Runs the commands of the operators' guide on a real store and Redis, and checks its alarms.</summary>
[NonParallelizable]
internal sealed partial class OperatorTests
{
    private const string DefaultAddress = "http://localhost:8000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<IAsyncDisposable> _running = [];
    private ScratchFolder _folder = null!;

    private static string Guide => File.ReadAllText(Path.Combine(Repository.Root, "docs", "operators.md")).ReplaceLineEndings("\n");

    private static string Rules =>
        File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yaml")).ReplaceLineEndings("\n");

    [SetUp]
    public void SetUp() => _folder = new ScratchFolder("operators");

    [TearDown]
    public async Task TearDown()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        _running.Clear();
        _folder.Dispose();
    }

    // Nightly, because each build runs the README's quick start.
    [Test]
    [Category("Nightly")]
    public async Task First_run_without_containers_runs_as_it_is_written()
    {
        if (!CephGateway.IsInstalled)
        {
            Assert.Ignore("Skipped because there is no Ceph on this machine; ./build.sh --install installs it (Debian).");
        }

        Tool.Need("curl", "curl");
        var redis = await RedisAsync();
        var (port, store) = (FreePort.Next(), Path.Combine(_folder.Path, "ceph"));
        var blocks = BlocksOf("### Without Docker");
        Assert.That(blocks, Has.Count.EqualTo(2), "what is started, and what is tried in a second terminal");
        try
        {
            await ServeAsync(Here(blocks[0]), port, []);
            var tried = await BashAsync(Here(blocks[1]), []);

            Assert.That(tried.Output, Does.Contain("stored data/x/").And.Contain("All is well."));
            Assert.That(await KeysOfAsync(redis), Does.Contain("46"), "the grant was counted in Redis");
            Assert.That(
                OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(store, "env")) == (
                    UnixFileMode.UserRead | UnixFileMode.UserWrite),
                "it holds keys");
        }
        finally
        {
            await BashAsync(Here("deploy/try/ceph.sh stop .data/ceph"), []);
        }

        Assert.That(store, Does.Not.Exist);

        string Here(string block) => block
            .Replace(
                "start .data/ceph",
                string.Create(CultureInfo.InvariantCulture, $"start '{store}' {FreePort.Next()}"),
                StringComparison.Ordinal)
            .Replace(".data/ceph", $"'{store}'", StringComparison.Ordinal)
            .Replace("redis://localhost:6379", redis.Url, StringComparison.Ordinal)
            .Replace(DefaultAddress, string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"), StringComparison.Ordinal);
    }

    [Test]
    [Category("Nightly")]
    public async Task Own_store_and_audit_run_as_they_are_written()
    {
        Tool.Need("curl", "curl");
        Tool.Need("jq", "jq");
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        var redis = await RedisAsync();
        var store = await TestRun.Current.RealStore.GetAsync();
        using var bucket = new Bucket(
            store.Endpoint, store.Region, "s3auth-e2e-" + RandomNumberGenerator.GetHexString(12, lowercase: true), store.Keys);
        await bucket.CreateAsync();
        var subnet = Subnet.Create(1);
        var (port, miner) = (FreePort.Next(), subnet.Miners[0]);
        var environment = ApiProcess.ProductionSettings(
            await subnet.WriteAsync(_folder), store.Endpoint.GetLeftPart(UriPartial.Authority), bucket.Name, store.Region, _folder
                .Sub("data"), store.Keys);
        (environment["REDIS_URL"], environment["AUDIT_DIR"]) = (redis.Url, _folder.Sub("audit"));
        var blocks = BlocksOf("### With a store of your own").ConvertAll(block => block
            .Replace("artifacts/s3auth", Path.Combine(_folder.Path, "published"), StringComparison.Ordinal)
            .Replace(DefaultAddress, string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"), StringComparison.Ordinal));
        Assert.That(blocks, Has.Count.EqualTo(2), "what is started, and what is asked then");

        var client = await ServeAsync(blocks[0], port, environment);
        var asked = await BashAsync(blocks[1], []);
        Assert.That(asked.Output, Does.Contain("\"status\":\"ok\"").And.Contain("\"redis_ok\":true").And.Contain("\"s3_ok\":true"));

        // A grant, a replay, a forged signature, and a validator's grant.
        var body = ServiceClient.FolderAccessBody(miner);
        var granted = await client.PostAsync(ServiceClient.FolderAccessPath, body);
        await client.PostAsync(ServiceClient.FolderAccessPath, body);
        var forged = ServiceClient.FolderAccessBody(miner);
        forged["signature"] = new string('0', 128);
        await client.PostAsync(ServiceClient.FolderAccessPath, forged);
        await client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var request = granted.RequestId!;
        await Wait.UntilAsync(() => Directory.GetFiles(environment["AUDIT_DIR"]).SelectMany(File.ReadLines).Count() == 4);

        var audited = await BashAsync(BlocksOf("## Auditing").Single(), new(StringComparer.Ordinal)
        {
            ["AUDIT_DIR"] = environment["AUDIT_DIR"],
            ["FOLDER"] = $"data/x/{miner.Coldkey}/",
            ["REQUEST_ID"] = request,
        });
        var lines = audited.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await bucket.ListKeysAsync(), Is.Empty, "a grant writes nothing");
            Assert.That(lines[0], Does.Contain($"get_folder_access\t{miner.Hotkey}\t127.0.0.1\t"), "who got access");
            Assert.That(lines[1], Does.Contain($"get_validator_access\t{Subnet.Validator.Hotkey}\t"), "and who got it to everything");
            Assert.That(lines[2..4], Is.EquivalentTo(new[] { "1 replayed_request", "1 invalid_signature" }), "refusals by reason");
            Assert.That(lines[4..6], Is.EquivalentTo(new[] { $"1 {miner.Hotkey}", $"1 {Subnet.Validator.Hotkey}" }), "who took most");
            Assert.That(lines[6], Does.Contain($"\t{miner.Hotkey}\tinvalid_signature\t"), "who was only claimed");
            Assert.That(lines[7], Does.Contain(request).And.Contain("\"decision\":\"granted\""), "one request");
            Assert.That(lines, Has.Count.EqualTo(8));
        }
    }

    [Test]
    public async Task Alarms_watch_metrics_and_labels_that_there_are()
    {
        await using var node = await TestNode.StartAsync(0);
        node.State = RecordedAnswers.State("subnet");
        var redis = await RedisAsync();
        var settings = ApiProcess.ProductionSettings(
            "", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"), "unreachable", "us-east-2", _folder
                .Sub("data"), new AccessKeys("somebody", "some-key"));

        // The preferred node and the store are down, and today's records cannot be written, so that the metrics of failures exist too.
        settings["BT_NETWORK"] = string.Create(
            CultureInfo.InvariantCulture, $"ws://127.0.0.1:{FreePort.Next()},ws://127.0.0.1:{node.Address.Port}");
        (settings["REDIS_URL"], settings["AUDIT_DIR"]) = (redis.Url, _folder.Sub("audit"));
        settings.Remove("METAGRAPH_FILE");
        foreach (var day in new[] { 0, 1 })
        {
            _folder.Sub($"audit/audit-{DateTime.UtcNow.AddDays(day):yyyy-MM-dd}.jsonl");
        }

        await using var api = await ApiProcess.StartAsync(settings);
        await api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);
        Assert.That(
            (
                await api.Client.PostAsync(
                    ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey))).Status,
            Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        var scraped = "";
        var watched = Watched().Matches(Expressions()).Select(
            match =>
                (
                    Name: match.Groups["name"].Value,
                    Labels: Label().Matches(match.Groups["labels"].Value).Select(label => label.Groups["name"].Value).ToList())).ToList();

        // Some are counted only after the answer.
        string[] late =
        [
            "s3auth_audit_lost_total{", "http_route=\"get-folder-access\"", "http_response_status_code=\"503\"", "decision=\"granted\"",
            .. watched.Select(one => one.Name + "{"),
        ];
        await Wait.UntilAsync(
            async () =>
            {
                scraped = (await api.Client.GetAsync("/metrics")).Text;
                return late.All(text => scraped.Contains(text, StringComparison.Ordinal));
            },
            () => "There are no metrics with " + string.Join(' ', late.Where(text => !scraped.Contains(text, StringComparison.Ordinal))));

        // Each metric with the labels that it was seen with. What Prometheus adds itself is not scraped.
        var seen = Sample().Matches(scraped).ToLookup(
            match => match.Groups["name"].Value,
            match => Label().Matches(match.Groups["labels"].Value).Select(label => label.Groups["name"].Value),
            StringComparer.Ordinal);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(watched, Has.Count.GreaterThan(10));
            Assert.That(
                watched.Select(one => one.Name).Distinct(StringComparer.Ordinal).Except(
                    seen.Select(one => one.Key), StringComparer.Ordinal),
                Is.Empty,
                "metrics that there are not");
            Assert.That(
                watched.Where(
                    one => !seen[one.Name].Any(labels => one.Labels.TrueForAll(label => labels.Contains(label, StringComparer.Ordinal)))),
                Is.Empty,
                "labels that there are not");
            var grouped = Grouping().Matches(Expressions()).SelectMany(
                match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal);
            Assert.That(
                grouped.Except(seen.SelectMany(one => one).SelectMany(labels => labels), StringComparer.Ordinal),
                Is.SubsetOf(new[] { "instance", "job" }),
                "labels to group by");
            Assert.That(
                scraped,
                Does.Contain("http_route=\"get-folder-access\"").And.Contain(
                    "http_response_status_code=\"503\"").And.Contain("decision=\"granted\""));
        }
    }

    [Test]
    public void Guide_explains_every_alarm_and_no_other()
    {
        var rules = AlarmName().Matches(Rules).Select(match => match.Groups["name"].Value).ToList();

        Assert.That(rules, Is.Not.Empty.And.Unique);
        Assert.That(AlarmRow().Matches(Guide).Select(match => match.Groups["name"].Value), Is.EqualTo(rules));
    }

    // The expressions of the rules, without annotations.
    private static string Expressions() =>
        string.Join('\n', Expression().Matches(Rules).Select(match => match.Groups["text"].Value));

    /// <summary>The bash blocks between a heading and the next heading.</summary>
    private static List<string> BlocksOf(string heading)
    {
        var (within, blocks, fence) = (false, new List<string>(), (string?)null);
        foreach (var line in Guide.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = fence is null ? line : null;
                if (within && fence is "```bash")
                {
                    blocks.Add("");
                }
            }
            else if (fence is "```bash" && within)
            {
                blocks[^1] += line + "\n";
            }
            else if (fence is null && line.StartsWith('#'))
            {
                within = string.Equals(line, heading, StringComparison.Ordinal);
            }
        }

        return blocks;
    }

    private async Task<RedisServer> RedisAsync()
    {
        var redis = await RedisServer.StartAsync();
        _running.Add(redis);
        return redis;
    }

    /// <summary>Runs a script that ends with the server, with <c>exec</c> so that it can be stopped. Waits until it is ready.</summary>
    private async Task<ServiceClient> ServeAsync(string script, int port, Dictionary<string, string> environment)
    {
        var lines = script.TrimEnd().Split('\n');
        var pasted = string.Join('\n', ["set -euo pipefail", .. lines[..^1], "exec " + lines[^1]]);
        var process = new ServerProcess(
            "The guide's service", Tool.Need("bash", "bash"), ["-c", pasted], Repository.Root, Environment(environment, port));
        _running.Add(process);
        var client = new ServiceClient(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));
        await process.WaitUntilAsync(async () => (await client.GetAsync("/readyz")).Status == HttpStatusCode.OK, Patience);
        return client;
    }

    private static async Task<ToolResult> BashAsync(string script, Dictionary<string, string> environment)
    {
        var result = await Tool.RunAsync(
            Tool.Need("bash", "bash"),
            ["-c", "set -euo pipefail\n" + script],
            environment: new Dictionary<string, string>(
                environment, StringComparer.Ordinal) { ["NO_PROXY"] = "*", ["Configuration"] = Repository.Configuration },
            folder: Repository.Root,
            limit: Patience);
        Assert.That(result.ExitCode, Is.Zero, $"{script}\n---\n{result.Output}\n---\n{result.Errors}");
        return result;
    }

    // The machine's environment must not change settings.
    private static Dictionary<string, string?> Environment(Dictionary<string, string> settings, int port)
    {
        var environment = ApiProcess.OwnVariables.ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["NO_PROXY"] = "*";
        environment["DOTNET_NOLOGO"] = "1";

        // Uses what the build compiled: without this, dotnet run compiles everything again, for Debug.
        environment["Configuration"] = Repository.Configuration;
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static async Task<string> KeysOfAsync(RedisServer redis)
    {
        var cli = Tool.Need("redis-cli", "redis-tools");
        return (await Tool.RunAsync(cli, ["-p", redis.Port.ToString(CultureInfo.InvariantCulture), "keys", "*"])).Expect();
    }

    [GeneratedRegex("^ +- alert: (?<name>\\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AlarmName();

    [GeneratedRegex(
        "^\\| `(?<name>S3Auth\\w+)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AlarmRow();

    [GeneratedRegex(
        "^ +expr: (?<text>.*?)^ +(for|labels): ",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();

    [GeneratedRegex(
        @"\b(?<name>(s3auth|http_server|kestrel)_\w+)(\{(?<labels>[^}]*)\})?",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Watched();

    [GeneratedRegex(@"\bby \((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Grouping();

    [GeneratedRegex(
        @"^(?<name>[a-z]\w*)\{(?<labels>[^}]*)\} ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>\\w+)(=~|!~|!=|=)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
