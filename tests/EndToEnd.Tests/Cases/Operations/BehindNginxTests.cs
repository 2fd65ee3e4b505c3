namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Three instances of the service, one Redis, and the delivered nginx configuration.</summary>
internal sealed class BehindNginxTests
{
    private const int Instances = 3;
    private const int DailyLimit = 60;
    private const int PerMinute = 600;
    private const string ThisNginx = "127.0.0.1";

    private readonly List<ApiProcess> _apis = [];
    private readonly ConcurrentDictionary<string, Lazy<HttpClient>> _clients = new(StringComparer.Ordinal);
    private Subnet _subnet = null!;
    private ScratchFolder? _folder;
    private RedisServer? _redis;
    private NginxServer _nginx = null!;
    private Bucket _bucket = null!;
    private bool _removesBucket;
    private int _taken;

    [OneTimeSetUp]
    public async Task Start()
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        var store = await TestRun.Current.RealStore.GetAsync();
        _redis = await RedisServer.ReachAsync();
        _folder = new ScratchFolder("behind-nginx");
        _subnet = Subnet.Create(100);
        _bucket = new Bucket(store.Endpoint, store.Region, "s3auth-e2e-" + Guid.NewGuid().ToString("N")[..12], store.Keys);
        _removesBucket = !store.IsOurs;
        await _bucket.CreateAsync();
        var metagraph = await _subnet.WriteAsync(_folder);
        for (var i = 0; i < Instances; i++)
        {
            var settings = ApiProcess.ProductionSettings(
                metagraph, store.Endpoint.GetLeftPart(UriPartial.Authority), _bucket.Name, store.Region, _folder.Sub(
                    string.Create(CultureInfo.InvariantCulture, $"data{i}")), store.Keys);
            settings["REDIS_URL"] = _redis.Url;
            settings["TRUSTED_PROXIES"] = ThisNginx;
            settings["PUBLIC_URL"] = "https://s3-auth.example";
            settings["DAILY_LIMIT_PER_MINER"] = DailyLimit.ToString(CultureInfo.InvariantCulture);
            settings["RATE_LIMIT_PER_MINUTE"] = PerMinute.ToString(CultureInfo.InvariantCulture);
            settings["DRAIN_SECONDS"] = "5";
            _apis.Add(await ApiProcess.StartAsync(settings));
        }

        _nginx = await NginxServer.StartAsync([.. _apis.Select(api => api.Address)]);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        foreach (var client in _clients.Values)
        {
            client.Value.Dispose();
        }

        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        foreach (var api in _apis)
        {
            await api.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_removesBucket)
        {
            await _bucket.RemoveAsync();
        }

        _bucket?.Dispose();
        _folder?.Dispose();
    }

    [Test, Order(1)]
    public async Task Grant_through_it_stores_a_file_and_its_proof_is_good_once_at_all_of_them()
    {
        var (first, again, direct) = await RedisOutages.AvoidAsync(_apis, async () =>
        {
            var body = Body(_subnet.Miners[0]);
            var (one, another) = (await PostAsync(At("127.0.0.1"), body), await PostAsync(At("127.0.0.1"), body));
            var others = new List<Answer>();
            foreach (var api in _apis)
            {
                others.Add(await api.Client.PostAsync(ServiceClient.FolderAccessPath, body));
            }

            return (one, another, others);
        });

        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.OK), first.Text);
        var access = ServiceClient.Read<FolderAccess>(new Answer(first.Status, null, null, null, first.Text));
        var stored = await FormUpload.Of(
            new FolderGrant(access.Folder, access.Url, access.Fields, access.ListUrl), "file.bin", new byte[4096]).SendAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored.Refused, Is.False, stored.ToString());
            Assert.That((await _bucket.ListAsync()).Select(one => one.Key), Does.Contain(access.Folder + "file.bin"));
            Assert.That(again.Status, Is.EqualTo(HttpStatusCode.Conflict), again.Text);
            Assert.That(direct.Select(answer => ((int)answer.Status, answer.Code)), Is.All.EqualTo((409, "replayed_request")));
        }
    }

    [Test, Order(2)]
    public async Task Quota_is_counted_by_all_of_them_together()
    {
        var (miner, answers) = await RedisOutages.AvoidAsync(_apis, async () =>
        {
            // Each attempt uses another miner. Other tests use the first three.
            var one = _subnet.Miners[3 + _taken++];
            return (one, await Task.WhenAll(
                Enumerable.Range(0, DailyLimit + 30).Select(_ => PostAsync(At("127.0.0.1"), Body(one)))));
        });

        Assert.That(
            answers.CountBy(answer => (int)answer.Status).OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)),
            Is.EqualTo(new[] { (200, DailyLimit), (429, 30) }));
        await Wait.UntilAsync(
            () => _apis.TrueForAll(api => Audited(api).Any(line => line.Contains(miner.Hotkey.Address, StringComparison.Ordinal))),
            "An instance took no request.");
    }

    [Test, Order(3)]
    public async Task Client_is_who_nginx_sees_whatever_it_says_of_itself()
    {
        var miner = _subnet.Miners[2];

        await PostAsync(At("127.0.0.7"), Body(miner), saying: "192.0.2.99");

        List<string> Lines() => [.. _apis.SelectMany(Audited).Where(line => line.Contains(miner.Hotkey.Address, StringComparison.Ordinal))];
        await Wait.UntilAsync(() => Lines().Count > 0, "It is not in the audit.");
        var line = Lines().Single();
        using var record = JsonDocument.Parse(line);
        Assert.That(record.RootElement.GetProperty("client_address").GetString(), Is.EqualTo("127.0.0.7"));
    }

    [Test, Order(4)]
    public async Task Address_that_sends_too_much_is_refused_under_whatever_name_and_nobody_else_is()
    {
        var sent = 0;
        var start = Stopwatch.GetTimestamp();
        var answers = new List<int>();

        // On a slow machine the limits grow again almost as fast as the requests come.
        while (!answers.Contains(429) && answers.Count < 20 * Instances * PerMinute)
        {
            answers.AddRange(await Task.WhenAll(
                Enumerable.Range(0, sent == 0 ? (Instances * PerMinute) + 900 : 900).Select(_ => AskAsync())));
        }

        var grown = Stopwatch.GetElapsedTime(start).TotalMinutes * Instances * PerMinute;
        using var other = await At("127.0.0.9").GetAsync(new Uri(_nginx.Address, "/rate-limits"));

        Assert.That(answers.Distinct().Order(), Is.EqualTo(new[] { 200, 429 }));
        Assert.That(
            answers.Count(status => status == 429),
            Is.GreaterThanOrEqualTo(Math.Max(1, answers.Count - (Instances * PerMinute) - grown - Instances)),
            "what is beyond the limit of each, but for what has grown again");
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        async Task<int> AskAsync()
        {
            var number = Interlocked.Increment(ref sent);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_nginx.Address, "/rate-limits"));
            request.Headers.TryAddWithoutValidation(
                "X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"203.0.{number / 250}.{number % 250}"));
            using var answer = await At("127.0.0.8").SendAsync(request);
            return (int)answer.StatusCode;
        }
    }

    [Test, Order(5)]
    public async Task Metrics_are_for_the_inside_and_pages_work_through_it()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (path, status) in new[]
            {
                ("/metrics", 404), ("/METRICS", 404), ("/metrics/", 404), ("/readyz", 200), ("/openapi.json", 200),
                ("/docs/index.html", 200), ("/", 200), ("/page.css", 200),
            })
            {
                using var answer = await At("127.0.0.1").GetAsync(new Uri(_nginx.Address, path));
                Assert.That((int)answer.StatusCode, Is.EqualTo(status), path);
                Assert.That(answer.Headers.GetValues("Strict-Transport-Security").Count(), Is.EqualTo(1), path);
            }

            using var moved = await At("127.0.0.1").GetAsync(new Uri(_nginx.Address, "/docs/"));
            Assert.That(moved.Headers.Location?.IsAbsoluteUri, Is.False, "no scheme or host of its own");
            Assert.That(new Uri(new Uri(_nginx.Address, "/docs/"), moved.Headers.Location!).AbsolutePath, Is.EqualTo("/docs/index.html"));

            var page = await At("127.0.0.1").GetStringAsync(_nginx.Address);
            Assert.That(
                page, Does.Contain("S3AUTH_SERVER=https://s3-auth.example"), "what the operator says, not what the proxy asked for");

            using var plain = await At("127.0.0.1").GetAsync(new Uri(_nginx.WithoutTls, "/docs/"));
            Assert.That((plain.StatusCode, plain.Headers.Location?.Scheme), Is.EqualTo((HttpStatusCode.PermanentRedirect, "https")));
            var large = await PostAsync(At("127.0.0.1"), new byte[600_000]);
            Assert.That(large.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
            Assert.That(large.Text, Does.Contain("\"code\""), "the service's own refusal");
        }
    }

    [Test, Order(6)]
    public async Task Page_shows_what_all_instances_answered_whichever_is_asked()
    {
        async Task<List<(bool Together, long Granted, long Refused)>> ReadAsync() => [.. await Task.WhenAll(_apis.Select(async api =>
        {
            var activity = (await api.Client.GetAsync("/status")).Json["activity"]!;
            return (
                (bool)activity["counted_together"]!, (long)activity["last_hour"]!["granted"]!, (long)activity["last_hour"]!["refused"]!);
        }))];

        var refused = (await ReadAsync())[0].Refused;
        foreach (var api in _apis)
        {
            await api.Client.PostAsync(ServiceClient.FolderAccessPath, []);
        }

        List<(bool Together, long Granted, long Refused)> seen = [];
        for (var i = 0; i < 900 && (seen.Distinct().Count() != 1 || !seen[0].Together || seen[0].Refused < refused + Instances); i++)
        {
            await Task.Delay(100);
            seen = await ReadAsync();
        }

        Assert.That(seen.Distinct().Count(), Is.EqualTo(1), "all say the same");
        Assert.That(
            (seen[0].Together, seen[0].Granted > 0, seen[0].Refused >= refused + Instances),
            Is.EqualTo((true, true, true)),
            seen[0].ToString());
    }

    [Test, Order(7)]
    public async Task Instance_that_is_stopped_is_missed_by_nobody()
    {
        await using var load = Load.Start("Behind nginx", [_nginx.Address], [.. _subnet.Miners.Skip(10)], 20, _nginx.ClientAt("127.0.0.2"));
        var before = await load.DuringAsync("three instances", TimeSpan.FromSeconds(2));
        var during = await load.DuringAsync("while one of them stops", _apis[0].StopAsync);
        var after = await load.DuringAsync("two instances", TimeSpan.FromSeconds(3));

        foreach (var phase in new[] { before, during, after })
        {
            Assert.That((phase.Failures.Count, phase.Granted > 0), Is.EqualTo((0, true)), phase.ToString());
        }
    }

    private static IEnumerable<string> Audited(ApiProcess api) =>
        api.ReadLog().Where(entry => entry.Level == LogEntry.AuditLevel).Select(entry => entry.Text);

    private static byte[] Body(Miner miner) => Encoding.UTF8.GetBytes(ServiceClient.FolderAccessBody(miner).ToJsonString());

    private HttpClient At(string address) =>
        _clients.GetOrAdd(
            address, _ => new Lazy<HttpClient>(() => new HttpClient(_nginx.ClientAt(address)) { Timeout = TimeSpan.FromMinutes(5) })).Value;

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(HttpClient client, byte[] body, string? saying = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_nginx.Address, ServiceClient.FolderAccessPath)) { Content = content };
        if (saying is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", saying);
        }

        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
