namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Clients request the largest answers and never read them. The server has a heap of 384 MB. The rule does not depend on the store, so a
/// build tests it on one.
/// </summary>
[NonParallelizable]
[TestFixture(StoreKind.Embedded, Category = "Nightly")]
[TestFixture(StoreKind.Real)]
internal sealed partial class UnreadAnswerTests(StoreKind kind)
{
    internal const string HeapLimit = "0x18000000"; // 384 MiB, in hexadecimal as the runtime reads it.
    private const int HonestMiners = 20;
    private const int Attackers = 10;
    private const int Connections = 200;
    private const int Files = 1000;
    private const int Jobs = 300;
    private const int InFlight = 4;

    // The honest ones and the question for their number; an answer that is held is one more.
    private const int MaxAcceptedRequests = 3;
    private const int Pipelined = 3;

    private static readonly TimeSpan MaxHoldTime = TimeSpan.FromSeconds(60);

    // The longest key, of the character that needs the most bytes in JSON.
    private static readonly string Hostile = new('\x01', 900);

    private readonly List<Socket> _connections = [];
    private ScratchFolder? _folder;
    private Subnet _subnet = null!;
    private ApiProcess? _api;
    private Bucket? _bucket;

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The service does not run yet.");

    private Miner Uploader => _subnet.Miners[0];

    [OneTimeSetUp]
    public async Task StartService()
    {
        if (Deployment.WhyNot(kind) is { } reason)
        {
            Assert.Ignore(reason);
        }

        _folder = new ScratchFolder("unread");
        _subnet = Subnet.Create(Attackers + HonestMiners, Attackers);
        var limits = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_GCHeapHardLimit"] = HeapLimit,
            ["REQUESTS_IN_FLIGHT_PER_HOTKEY"] = InFlight.ToString(CultureInfo.InvariantCulture),
        };
        if (kind == StoreKind.Embedded)
        {
            limits["METAGRAPH_FILE"] = await _subnet.WriteAsync(_folder);
            _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"), limits);
            _bucket = new Bucket(_api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
        }
        else
        {
            var store = await TestRun.Current.RealStore.GetAsync();
            _bucket = new Bucket(store.Endpoint, store.Region, "s3auth-unread-" + Guid.NewGuid().ToString("N")[..8], store.Keys);
            await _bucket.CreateAsync();
            var settings = ApiProcess.ProductionSettings(
                await _subnet.WriteAsync(_folder), store.Endpoint.GetLeftPart(UriPartial.Authority), _bucket.Name, store.Region, _folder
                    .Sub("data"), store.Keys);
            _api = await ApiProcess.StartAsync(new Dictionary<string, string>(settings.Concat(limits), StringComparer.Ordinal));
        }

        var content = new byte[1024];
        await _bucket.PutAllAsync(
            Enumerable.Range(0, Files).Select(i => FormattableString.Invariant($"data/x/{Uploader.Coldkey}/{Hostile}{i:D4}")), content);
        await _bucket.PutAllAsync(
            Enumerable.Range(0, Jobs).Select(i => FormattableString.Invariant($"data/x/{Uploader.Coldkey}/job_id={i:D128}/a.bin")),
            content);
    }

    [OneTimeTearDown]
    public async Task StopService()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _bucket?.Dispose();
        _folder?.Dispose();
    }

    [TearDown]
    public void CloseConnections()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
    }

    [Test]
    public async Task Hotkey_whose_answers_are_read_slowly_gets_no_more_until_they_are_dropped()
    {
        const int Attempts = 5;
        using var end = new CancellationTokenSource();
        var reading = new List<Task>();
        TimeSpan waited;
        try
        {
            Answer refused;
            var attempt = 0;
            do
            {
                // Repeated if the server dropped the answers first, as it can on a busy machine.
                await UntilNobodyIsHeldAsync();
                for (var i = 0; i < InFlight; i++)
                {
                    await SendAsync(Post(Call.MyFiles(Uploader), ServiceClient.Now - 10 - (InFlight * attempt) - i));
                    reading.Add(ReadSlowlyAsync(_connections[^1], end.Token));
                }

                // The answers, and the question for their number.
                var sent = Stopwatch.GetTimestamp();
                while (await ActiveAsync() != InFlight + 1 && Stopwatch.GetElapsedTime(sent) < TimeSpan.FromSeconds(20))
                {
                    await Task.Delay(100);
                }

                refused = await Api.Client.SendAsync(Call.FolderAccess(Uploader));
            }
            while (refused.Status != HttpStatusCode.TooManyRequests && ++attempt < Attempts);

            var other = await Api.Client.SendAsync(Call.FolderAccess(_subnet.Miners[1]));
            Assert.That(
                ((int)refused.Status, (string?)refused.Json["code"], refused.RetryAfter, (int)other.Status),
                Is.EqualTo((429, "rate_limited", "1", 200)));

            var start = Stopwatch.GetTimestamp();
            await UntilNobodyIsHeldAsync();
            waited = Stopwatch.GetElapsedTime(start);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(reading);
        }

        Figures.Print(
            "Unread answers", $"{kind} store: answers that are read at 241 bytes a second are dropped after {waited.TotalSeconds:F0} s");
        Assert.That(waited, Is.LessThan(MaxHoldTime));
        Assert.That(
            async () => (await Api.Client.SendAsync(Call.FolderAccess(Uploader))).Status, Is.EqualTo(HttpStatusCode.OK).After(60_000, 500));
    }

    [Test]
    public async Task Answers_that_nobody_reads_are_dropped_and_others_are_served()
    {
        await using var load = Load.Start("Unread answers", [Api.Address], [.. _subnet.Miners.Skip(Attackers)], perSecond: 25);
        var waited = TimeSpan.Zero;
        var phase = await load.DuringAsync($"{kind} store, {Connections} connections that never read", async () =>
        {
            for (var i = 0; i < Connections; i++)
            {
                await AskAsync(i);
            }

            var start = Stopwatch.GetTimestamp();
            await UntilNobodyIsHeldAsync();
            waited = Stopwatch.GetElapsedTime(start);
        });

        var dropped = await MetricAsync(Dropped());
        Figures.Print(
            "Unread answers",
            $"{kind} store: all dropped after {waited.TotalSeconds:F0} s ({dropped} while they were written), peak memory ",
            $"{PeakMemory():F0} MB of a process whose heap may have 384 MiB");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(phase.Failures, Is.Empty);
            Assert.That(
                Api.ReadLog().Where(entry => entry.IsAboveInformation).Select(entry => entry.Text),
                Has.None.Contain("failed unexpectedly"));
            Assert.That(waited, Is.LessThan(MaxHoldTime));
            Assert.That(dropped, Is.GreaterThanOrEqualTo(10), "the attack came as far as to the answers");
            Assert.That(PeakMemory(), Is.LessThan(420));
        }
    }

    /// <summary>Opens a connection with the smallest receive buffer, and requests one of the largest answers.</summary>
    private async Task AskAsync(int number)
    {
        // Pipelines several requests.
        await SendAsync([.. Enumerable.Repeat(Request(number), Pipelined).SelectMany(request => request)]);
    }

    private async Task SendAsync(byte[] requests)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        _connections.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
        await socket.SendAsync(requests);
    }

    /// <summary>Reads a little faster than the server's own default demands, until the connection ends.</summary>
    private static async Task ReadSlowlyAsync(Socket connection, CancellationToken end)
    {
        var buffer = new byte[241];
        try
        {
            while (await connection.ReceiveAsync(buffer, end) > 0)
            {
                await Task.Delay(1000, end);
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // Dropped, or all are.
        }
    }

    private byte[] Request(int number)
    {
        // A different one of them each time, and each signed at another second.
        var (owner, validator) = (Uploader.Coldkey.Address, _subnet.Validators[number % Attackers].Hotkey);
        var earlier = ServiceClient.Now - (number / 8);
        switch (number % 8)
        {
            case 0 or 1:
                return Post(Call.MyFiles(Uploader), earlier - (100 * (number % 8)));
            case 2:
                var folder = new string('f', 200);
                return Post(
                    Call.FileUploads(
                        Uploader,
                        Enumerable.Range(0, 1000).Select(
                            i => (FormattableString.Invariant($"{folder}/{folder}/{i:D4}"), 2000L, (string?)null)),
                        overwrite: true),
                    earlier - 200);
            case 3:
                return Post(Call.Files(validator, "miner_coldkey", owner), earlier);
            case 4:
                return Post(Call.ValidatorAccess(validator), earlier);
            case 5:
                return Post(Call.FolderUrls(validator), earlier);
            case 6:
                return Post(
                    Call.FileUrls(
                        validator,
                        "miner_coldkey",
                        owner,
                        [
                            .. Enumerable.Range(0, 1000).Select(i =>
                                FormattableString.Invariant($"data/x/{owner}/{new string('f', 400)}{i:D4}")),
                        ]),
                    earlier);
            default:
                string[] pages = ["/openapi.json", "/docs/swagger-ui-bundle.js", "/metrics", "/"];
                return Encoding.ASCII.GetBytes($"GET {pages[number / 8 % pages.Length]} HTTP/1.1\r\nHost: x\r\n\r\n");
        }
    }

    private static byte[] Post(Call call, long timestamp)
    {
        var body = Encoding.UTF8.GetBytes(call.Committed(timestamp).ToJsonString());
        return [.. Encoding.ASCII.GetBytes(FormattableString.Invariant(
            $"POST {call.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n")), .. body];
    }

    /// <summary>Waits until the server has dropped the unread answers.</summary>
    private async Task UntilNobodyIsHeldAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < MaxHoldTime)
        {
            await Task.Delay(500);
            if (await ActiveAsync() <= MaxAcceptedRequests)
            {
                return;
            }
        }
    }

    private Task<int> ActiveAsync() => MetricAsync(Active());

    private async Task<int> MetricAsync(Regex series)
    {
        var metrics = await Api.Client.GetAsync("/metrics");
        Assert.That(metrics.Status, Is.EqualTo(HttpStatusCode.OK));
        return series.Matches(metrics.Text).Sum(match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    private double PeakMemory() =>
        double.Parse(
            File.ReadLines(FormattableString.Invariant($"/proc/{Api.Id}/status")).First(
                line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2],
            CultureInfo.InvariantCulture) / 1000;

    [GeneratedRegex(
        @"^http_server_active_requests\{[^}]*\} (?<count>\d+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Active();

    [GeneratedRegex(
        @"^s3auth_answers_unread_total\{[^}]*\} (?<count>\d+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dropped();
}
