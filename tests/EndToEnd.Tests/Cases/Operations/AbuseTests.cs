namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Three instances share one Redis. Callers with and without keys try to exceed the limits.</summary>
[NonParallelizable]
internal sealed class AbuseTests
{
    private const int Instances = 3;
    private const int Limit = 1000;
    private const int FileLimit = 2000;

    private readonly List<ApiProcess> _apis = [];
    private ScratchFolder? _folder;
    private RedisServer? _redis;
    private Subnet _subnet = null!;
    private HttpClient _http = null!;
    private int _turn;
    private int _taken;

    [OneTimeSetUp]
    public async Task StartInstances()
    {
        _redis = await RedisServer.ReachAsync();
        _folder = new ScratchFolder("abuse");
        _subnet = Subnet.Create(50);
        _http = new HttpClient(
            new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1500 }) { Timeout = TimeSpan.FromMinutes(5) };
        var metagraph = await _subnet.WriteAsync(_folder);
        for (var i = 0; i < Instances; i++)
        {
            var settings = ApiProcess.ProductionSettings(
                metagraph,
                string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
                "unreachable",
                "us-east-2",
                _folder.Sub($"data{i}"),
                new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
            settings["REDIS_URL"] = _redis.Url;
            settings["DAILY_LIMIT_PER_MINER"] = Limit.ToString(CultureInfo.InvariantCulture);
            settings["DAILY_FILES_PER_MINER"] = FileLimit.ToString(CultureInfo.InvariantCulture);
            settings["AUDIT_DIR"] = _folder.Sub($"audit{i}");
            _apis.Add(await ApiProcess.StartAsync(settings));
        }

        // An instance that still compiles its code hears Redis too late under load, and then counts by itself.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 100 * Instances),
            new ParallelOptions { MaxDegreeOfParallelism = Instances },
            async (_, _) => await PostAsync(BatchOf(_subnet.Miners[7], files: 1), ServiceClient.FileUploadsPath));
    }

    [OneTimeTearDown]
    public async Task StopInstances()
    {
        foreach (var api in _apis)
        {
            await api.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _http?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public async Task Ten_thousand_requests_at_once_get_just_the_limit()
    {
        var answers = await RedisOutages.AvoidAsync(_apis, () =>
        {
            var miner = NextMiner();
            var bodies = new ConcurrentBag<byte[]>();
            Parallel.For(0, 10_000, _ => bodies.Add(BodyOf(miner)));
            return Task.WhenAll(bodies.Select(body => Task.Run(() => PostAsync(body))));
        });

        var codes = answers.CountBy(answer => answer, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Figures.Print(
            "Quota exactness",
            $"{Instances} instances, one Redis, {answers.Length} requests at once, limit {Limit}: ",
            $"{string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"))}");
        Assert.That(
            codes,
            Is.EquivalentTo(
                new Dictionary<string, int>(StringComparer.Ordinal) { ["200"] = Limit, ["429 quota_exceeded"] = 10_000 - Limit }),
            string.Join('\n', _apis.SelectMany(api => api.ReadLog()).Where(entry => entry.IsAboveInformation).Select(entry => entry.Text)));
        foreach (var api in _apis)
        {
            await Wait.UntilAsync(async () => (bool?)(await api.Client.GetAsync("/healthcheck")).Json["redis_ok"] is true);
        }
    }

    // One miner's batches reach the limit of grants, the other's that of files. A batch gets all its files or none.
    [Test]
    public async Task Ten_thousand_batches_at_once_get_just_the_limits_of_grants_and_files()
    {
        const int FilesOfTheOther = 7;
        var (answers, left, tooMany) = await RedisOutages.AvoidAsync(_apis, async () =>
        {
            var (one, other) = (NextMiner(), NextMiner());
            var bodies = new ConcurrentBag<(bool IsOne, byte[] Body)>();
            Parallel.For(0, 10_000, i => bodies.Add(
                i % 2 == 0 ? (true, BatchOf(one, files: 1)) : (false, BatchOf(other, FilesOfTheOther))));

            return (
                await Task.WhenAll(bodies.Select(body => Task.Run(
                    async () => (body.IsOne, Code: await PostAsync(body.Body, ServiceClient.FileUploadsPath))))),
                await PostAsync(BatchOf(other, FileLimit % FilesOfTheOther), ServiceClient.FileUploadsPath),
                await PostAsync(BatchOf(other, files: 1), ServiceClient.FileUploadsPath));
        });

        var codes = answers.CountBy(answer => answer).ToDictionary();
        Figures.Print(
            "Quota exactness",
            $"{Instances} instances, one Redis, {answers.Length} batches at once, limits {Limit} grants and {FileLimit} files: ",
            $"{string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key.Code}"))}");
        Assert.That(codes, Is.EquivalentTo(new Dictionary<(bool IsOne, string Code), int>
        {
            [(true, "200")] = Limit,
            [(true, "429 quota_exceeded")] = 5000 - Limit,
            [(false, "200")] = FileLimit / FilesOfTheOther,
            [(false, "429 quota_exceeded")] = 5000 - (FileLimit / FilesOfTheOther),
        }));
        Assert.That((left, tooMany), Is.EqualTo(("200", "429 quota_exceeded")));
    }

    [Test]
    public async Task Proof_that_is_sent_two_hundred_times_at_once_is_good_once()
    {
        var answers = await RedisOutages.AvoidAsync(_apis, () =>
        {
            var body = BodyOf(_subnet.Miners[1]);
            return Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => PostAsync(body))));
        });

        var codes = answers.CountBy(answer => answer, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Figures.Print(
            "Replay race",
            $"one proof, {answers.Length} times at once to {Instances} instances: ",
            $"{string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"))}");
        Assert.That(
            codes, Is.EquivalentTo(new Dictionary<string, int>(StringComparer.Ordinal) { ["200"] = 1, ["409 replayed_request"] = 199 }));
    }

    [Test]
    public async Task Nobody_uses_up_a_victims_quota()
    {
        var (victim, thief) = (_subnet.Miners[2], _subnet.Miners[3]);
        var bodies = new ConcurrentBag<byte[]>();
        Parallel.For(0, 10_000, i =>
        {
            var body = ServiceClient.FolderAccessBody(victim);
            switch (i % 4)
            {
                case 0:
                    body.Remove("signature");
                    break;
                case 1:
                    body["signature"] = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().Concat(new byte[48]).ToArray());
                    break;
                case 2:
                    body["signature"] = thief.Hotkey.SignHex(
                        ServiceClient.FolderAccessText(victim.Coldkey.Address, victim.Hotkey.Address, (long)body["timestamp"]!));
                    break;
                default:
                    // Good, but of another moment than it says.
                    body["timestamp"] = (long)body["timestamp"]! - 1;
                    break;
            }

            bodies.Add(Encoding.UTF8.GetBytes(body.ToJsonString()));
        });

        var answers = await Task.WhenAll(bodies.Select(body => Task.Run(() => PostAsync(body))));
        using var own = await SendAsync(BodyOf(victim));

        var codes = answers.CountBy(answer => answer, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var left = string.Join(", ", own.Headers.GetValues("RateLimit"));
        Figures.Print(
            "Victim's quota",
            $"{answers.Length} requests that name a victim, none of them its own: ",
            $"{string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"))}; its own request after them: ",
            $"{(int)own.StatusCode}, RateLimit {left}");
        Assert.That(codes.Keys, Is.EquivalentTo(new[] { "400 invalid_request", "401 invalid_signature" }));
        Assert.That((own.StatusCode, left.Split(',')[0].Split(";t=")[0]), Is.EqualTo((HttpStatusCode.OK, $"\"miner\";r={Limit - 1}")));
    }

    [Test]
    public async Task Decisions_are_recorded_on_the_output_and_in_a_file_without_signatures_or_secrets()
    {
        var (miner, id) = (_subnet.Miners[4], "audited-" + Guid.NewGuid().ToString("N"));
        var body = ServiceClient.FolderAccessBody(miner, source: "x");
        var api = _apis[0];
        var granted = await api.Client.PostAsync(
            ServiceClient.FolderAccessPath, Encoding.UTF8.GetBytes(body.ToJsonString()), requestId: id);
        var again = await api.Client.PostAsync(ServiceClient.FolderAccessPath, Encoding.UTF8.GetBytes(body.ToJsonString()), requestId: id);
        Assert.That(((int)granted.Status, (int)again.Status), Is.EqualTo((200, 409)));

        // There are two files if a new day (UTC) begins meanwhile.
        var lines = await UntilAsync(
            () =>
                [
                    .. Directory.GetFiles(Path.Combine(_folder!.Path, "audit0"), "audit-*.jsonl")
                    .Order(StringComparer.Ordinal)
                    .SelectMany(File.ReadLines)
                    .Where(line => line.Contains(id, StringComparison.Ordinal)),
                ],
            count: 2);
        var output = await UntilAsync(
            () =>
                [
                    .. api
                    .ReadLog()
                    .Where(entry => entry.Level == LogEntry.AuditLevel && entry.Text.Contains(id, StringComparison.Ordinal))
                    .Select(entry => entry.Text),
                ],
            count: 2);

        var (first, second) = (JsonNode.Parse(lines[0])!, JsonNode.Parse(lines[1])!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Is.EqualTo(lines));
            Assert.That(
                (
                    (string?)first["decision"],
                    (string?)first["action"],
                    (string?)first["hotkey"],
                    (string?)first["coldkey"],
                    (string?)first["client_address"]),
                Is.EqualTo(("granted", "get_folder_access", miner.Hotkey.Address, miner.Coldkey.Address, "127.0.0.1")));
            Assert.That((int?)first["uid"], Is.EqualTo(_subnet.UidOf(miner)));
            Assert.That((string?)first["prefixes"]![0], Is.EqualTo($"data/x/{miner.Coldkey}/"));
            Assert.That(
                DateTimeOffset.Parse((string)first["expiry"]!, CultureInfo.InvariantCulture),
                Is.EqualTo(DateTimeOffset.Parse((string)granted.Json["expiry"]!, CultureInfo.InvariantCulture)));
            Assert.That((string?)second["decision"], Is.EqualTo("replayed_request"));
        }

        var everything = string.Join('\n', api.ReadLog().Select(entry => entry.Text));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(everything, Does.Not.Contain((string)body["signature"]!));
            Assert.That(everything, Does.Not.Contain("X-Amz-Signature").And.Not.Contain("some-secret-that-must-not-be-seen"));
        }
    }

    // Other tests use the first eight miners.
    private Miner NextMiner() => _subnet.Miners[8 + _taken++];

    private static byte[] BodyOf(Miner miner) => Encoding.UTF8.GetBytes(ServiceClient.FolderAccessBody(miner).ToJsonString());

    // Overwriting needs no store, which these instances do not have.
    private static byte[] BatchOf(Miner miner, int files) => Encoding.UTF8.GetBytes(Call
        .FileUploads(miner, Enumerable.Range(0, files).Select(i => ($"{Guid.NewGuid()}", 2000L, (string?)null)), overwrite: true)
        .Committed()
        .ToJsonString());

    private async Task<string> PostAsync(byte[] body, string path = ServiceClient.FolderAccessPath)
    {
        using var answer = await SendAsync(body, path);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK ? "200" : $"{(int)answer.StatusCode} {JsonNode.Parse(text)?["code"]}";
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string path = ServiceClient.FolderAccessPath)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var api = _apis[(int)((uint)Interlocked.Increment(ref _turn) % Instances)];
        return await _http.PostAsync(new Uri(api.Address, path), content);
    }

    private static async Task<string[]> UntilAsync(Func<string[]> find, int count)
    {
        await Wait.UntilAsync(() => find().Length >= count, $"There are not {count} lines.");
        return find();
    }
}
