namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// The main net and the test net of one owner: two servers with settings of their own, one Redis, and one nginx that chooses by host name.
/// The same hotkeys are registered on both.
/// </summary>
internal sealed class TwoSubnetsTests
{
    private const int DailyLimit = 3;
    private const string Main = "localhost";
    private const string Test = "testnet.localhost";
    private const string MainAudience = "s3.example.org";
    private const string TestAudience = "s3-testnet.example.org";

    private static readonly string[] Hosts = [Main, Test];

    private readonly Subnet _subnet = Subnet.Create(10);
    private readonly List<ApiProcess> _apis = [];
    private ScratchFolder? _folder;
    private RedisServer? _redis;
    private NginxServer? _nginx;
    private HttpClient? _http;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await RedisServer.StartAsync();
        _folder = new ScratchFolder("two-subnets");
        await StartAsync("main", MainAudience, netuid: 46, layout: "coldkey");
        await StartAsync("test", TestAudience, netuid: 428, layout: "hotkey");
        _nginx = await NginxServer.StartAsync([(Main, Three(_apis[0])), (Test, Three(_apis[1]))]);
        _http = new HttpClient(_nginx.ClientAt("127.0.0.1"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http?.Dispose();
        await (_nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var api in _apis)
        {
            await api.DisposeAsync();
        }

        await (_redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder?.Dispose();
    }

    [Test]
    public async Task Each_host_leads_to_its_own_subnet()
    {
        var (main, test) = (await GetAsync(Main, "/healthcheck"), await GetAsync(Test, "/healthcheck"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)main["metagraph_syncer"]!["netuid"]!, (string?)main["bucket"]), Is.EqualTo((46, "bucket-main")));
            Assert.That(((int)test["metagraph_syncer"]!["netuid"]!, (string?)test["bucket"]), Is.EqualTo((428, "bucket-test")));
            Assert.That(
                ((string?)(await GetAsync(Main, "/structure-info"))["folder_layout"],
                    (string?)(await GetAsync(Test, "/structure-info"))["folder_layout"]),
                Is.EqualTo(("coldkey", "hotkey")));
        }
    }

    [Test]
    public async Task Grants_of_one_do_not_count_for_the_other()
    {
        var miner = _subnet.Miners[0];
        foreach (var host in Hosts)
        {
            for (var i = 0; i < DailyLimit; i++)
            {
                Assert.That((await PostAsync(host, ServiceClient.FolderAccessBody(miner))).Status, Is.EqualTo(200), host);
            }

            var (status, answer) = await PostAsync(host, ServiceClient.FolderAccessBody(miner));
            Assert.That((status, (string?)answer["code"]), Is.EqualTo((429, "quota_exceeded")), host);
        }
    }

    [Test]
    public async Task Proof_without_an_audience_is_good_once_at_each()
    {
        var body = ServiceClient.FolderAccessBody(_subnet.Miners[1]);

        foreach (var host in Hosts)
        {
            Assert.That((await PostAsync(host, body)).Status, Is.EqualTo(200), host);
            var (status, answer) = await PostAsync(host, body);
            Assert.That((status, (string?)answer["code"]), Is.EqualTo((409, "replayed_request")), host);
        }
    }

    [Test]
    public async Task Proof_for_one_is_refused_by_the_other()
    {
        foreach (var (audience, host, other) in ((string, string, string)[])[(MainAudience, Main, Test), (TestAudience, Test, Main)])
        {
            var body = BodyFor(_subnet.Miners[2], audience);

            var (status, answer) = await PostAsync(other, body);
            Assert.That((status, (string?)answer["code"]), Is.EqualTo((401, "wrong_audience")), answer.ToJsonString());
            Assert.That((await PostAsync(host, body)).Status, Is.EqualTo(200), host);
        }
    }

    [Test]
    public async Task Folders_and_buckets_are_those_of_the_subnet()
    {
        var miner = _subnet.Miners[3];

        var (_, main) = await PostAsync(Main, ServiceClient.FolderAccessBody(miner));
        var (_, test) = await PostAsync(Test, ServiceClient.FolderAccessBody(miner));

        Assert.That(((string?)main["folder"], (string?)test["folder"]), Is.EqualTo(
            ($"data/x/{miner.Coldkey.Address}/", $"data/hotkey={miner.Hotkey.Address}/")));
        Assert.That((string?)main["url"], Does.Contain("bucket-main"));
        Assert.That((string?)test["url"], Does.Contain("bucket-test"));
    }

    [Test]
    public async Task Every_key_in_redis_names_its_deployment()
    {
        foreach (var host in Hosts)
        {
            Assert.That((await PostAsync(host, ServiceClient.FolderAccessBody(_subnet.Miners[4]))).Status, Is.EqualTo(200));
        }

        var cli = Tool.Need("redis-cli", "redis-tools");
        string[] kinds = ["quota", "proof", "seal-key", "answers"];
        var wanted = Hosts.Zip(["static:46:bucket-main", "static:428:bucket-test"]).SelectMany(
            one => kinds.Select(kind => $"s3auth:{one.Second}:{kind}")).ToList();
        List<string> keys = [];
        await Wait.UntilAsync(
            async () =>
            {
                var port = _redis!.Port.ToString(CultureInfo.InvariantCulture);
                keys = [.. (await Tool.RunAsync(cli, ["-p", port, "keys", "*"])).Expect().Split(
                    '\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
                return wanted.TrueForAll(prefix => keys.Exists(key => key.StartsWith(prefix, StringComparison.Ordinal)));
            },
            () => string.Join(' ', keys));
        Assert.That(keys, Has.All.StartsWith("s3auth:static:46:bucket-main:").Or.StartsWith("s3auth:static:428:bucket-test:"));
    }

    private static IReadOnlyList<Uri> Three(ApiProcess api) => [api.Address, api.Address, api.Address];

    private static JsonObject BodyFor(Miner miner, string audience)
    {
        var body = ServiceClient.FolderAccessBody(miner);
        var text = ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, (long)body["timestamp"]!);
        (body["audience"], body["signature"]) = (audience, miner.Hotkey.SignHex($"{text}:{audience}"));
        return body;
    }

    // A grant needs no answer of the store.
    private async Task StartAsync(string name, string audience, int netuid, string layout)
    {
        var settings = ApiProcess.ProductionSettings(
            await _subnet.WriteAsync(_folder!, netuid),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            $"bucket-{name}",
            "us-east-2",
            _folder!.Sub($"data-{name}"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        settings["NET_UID"] = netuid.ToString(CultureInfo.InvariantCulture);
        settings["FOLDER_LAYOUT"] = layout;
        settings["PUBLIC_URL"] = $"https://{audience}";
        settings["LISTING_REDIRECT"] = "true";
        settings["REDIS_URL"] = _redis!.Url;
        settings["TRUSTED_PROXIES"] = "127.0.0.1";
        settings["DAILY_LIMIT_PER_MINER"] = DailyLimit.ToString(CultureInfo.InvariantCulture);
        _apis.Add(await ApiProcess.StartAsync(settings));
    }

    private async Task<JsonObject> GetAsync(string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_nginx!.Address, path)) { Headers = { Host = host } };
        return (await SendAsync(request)).Answer;
    }

    private async Task<(int Status, JsonObject Answer)> PostAsync(string host, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_nginx!.Address, ServiceClient.FolderAccessPath))
        {
            Content = content, Headers = { Host = host },
        };
        return await SendAsync(request);
    }

    private async Task<(int Status, JsonObject Answer)> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http!.SendAsync(request);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}
