namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Attacks on the server by clients without a key: claimed sizes, slow requests, many connections.</summary>
[NonParallelizable]
internal sealed class HardeningTests
{
    private const int MaxConnections = 1200;

    private readonly List<TcpClient> _connections = [];
    private ScratchFolder? _folder;
    private ApiProcess? _api;

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The service does not run yet.");

    [OneTimeSetUp]
    public async Task StartService()
    {
        _folder = new ScratchFolder("hardening");
        var settings = ApiProcess.ProductionSettings(
            await Subnet.Create(1).WriteAsync(_folder),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            _folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        settings["PUBLIC_URL"] = "https://s3auth.example";
        settings["DOTNET_GCHeapHardLimit"] = UnreadAnswerTests.HeapLimit;
        settings["MAX_CONNECTIONS"] = MaxConnections.ToString(CultureInfo.InvariantCulture);
        _api = await ApiProcess.StartAsync(settings);
        await Api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);
    }

    [OneTimeTearDown]
    public async Task StopService()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [TearDown]
    public void TearDown()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
    }

    [Test]
    public async Task Bodies_that_are_only_claimed_take_no_memory_and_are_given_up_in_time()
    {
        var before = Memory();
        for (var i = 0; i < 1000; i++)
        {
            await SendAsync(
                "POST /get-file-presigned-urls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 524288\r\n\r\n{");
        }

        await Task.Delay(1000);
        var grown = Memory() - before;
        await Api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);
        var waited = Stopwatch.StartNew();
        var answers = await Task.WhenAll(_connections.Select(connection => ReadAsync(connection, TimeSpan.FromMinutes(2))));

        Figures.Print(
            "Claimed bodies",
            $"1000 connections that claim 512 KiB and send a byte: {grown:F0} MB more, ",
            $"all closed within {waited.Elapsed.TotalSeconds:F0} s");
        if (before > 0)
        {
            Assert.That(grown, Is.LessThan(100), "512 KiB each would be 512 MB");
        }

        Assert.That(
            answers,
            Has.All.Matches<string>(answer => answer.Length == 0 || answer.Contains("408", StringComparison.Ordinal)),
            "told, or cut off for sending too slowly");
    }

    [Test]
    public async Task Bodies_of_a_thousand_clients_that_stop_on_their_way_keep_nobody_out()
    {
        const int Clients = 1000;
        const int Requests = 100;
        var begun = Encoding.ASCII.GetBytes(
            "POST /get-file-presigned-urls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 524288\r\n\r\n"
                + new string(' ', 257 * 1024));
        for (var i = 0; i < Clients; i++)
        {
            var connection = new TcpClient(new IPEndPoint(new IPAddress([127, 0, (byte)(1 + (i / 250)), (byte)(1 + (i % 250))]), 0));
            _connections.Add(connection);
            await connection.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
            _ = connection.GetStream().WriteAsync(begun).AsTask().ContinueWith(static late => late.Exception, TaskScheduler.Default);
        }

        // A large request of somebody else; without a proof it is refused for that, and for nothing else.
        var waited = Stopwatch.StartNew();
        var answered = 0;
        using var client = new HttpClient { BaseAddress = Api.Address };
        for (var i = 0; i < Requests; i++)
        {
            using var content = new StringContent(
                $"{{\"file_keys\": [{string.Join(',', Enumerable.Repeat($"\"{new string('k', 200)}\"", 500))}]}}",
                Encoding.UTF8,
                "application/json");
            using var answer = await client.PostAsync(new Uri("/get-file-presigned-urls", UriKind.Relative), content);
            answered += answer.StatusCode == HttpStatusCode.BadRequest ? 1 : 0;
        }

        Figures.Print(
            "Hostile bodies",
            $"{Clients} clients that stop after 257 of 512 KiB: {answered} of {Requests} large requests of another answered, ",
            $"{waited.Elapsed.TotalMilliseconds / Requests:F0} ms each");
        Assert.That(answered, Is.EqualTo(Requests));
    }

    [Test]
    public async Task Body_is_read_when_it_comes_in_pieces_after_its_headers()
    {
        var answer = await InTimeAsync(async () =>
        {
            var body = ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner).ToJsonString();
            var connection = await SendAsync(
                "POST /get-folder-access HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                    + $"application/json\r\nContent-Length: {body.Length}\r\n\r\n");
            foreach (var piece in body.Chunk(100))
            {
                await Task.Delay(50);
                await WriteAsync(connection, new string(piece));
            }

            return connection;
        });

        Assert.That(answer, Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task Body_is_read_when_its_client_first_waits_to_be_told_to_go_on()
    {
        const string GoOn = "HTTP/1.1 100 Continue\r\n\r\n";
        var answer = await InTimeAsync(async () =>
        {
            var body = ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner).ToJsonString();
            var connection = await SendAsync(
                "POST /get-folder-access HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: "
                    + $"application/json\r\nContent-Length: {body.Length}\r\n\r\n");
            var told = new byte[GoOn.Length];
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var length = await connection.GetStream().ReadAtLeastAsync(told, told.Length, throwOnEndOfStream: false, patience.Token);
            Assert.That(Encoding.ASCII.GetString(told, 0, length), Is.EqualTo(GoOn));

            await WriteAsync(connection, body);
            return connection;
        });

        Assert.That(answer, Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task Body_is_read_when_it_comes_in_chunks_of_unknown_number()
    {
        var answer = await InTimeAsync(async () =>
        {
            var body = ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner).ToJsonString();
            var connection = await SendAsync(
                "POST /get-folder-access HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                    + "application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var piece in body.Chunk(150))
            {
                await WriteAsync(
                    connection, string.Create(CultureInfo.InvariantCulture, $"{piece.Length:x}\r\n{new string(piece)}\r\n"));
            }

            await WriteAsync(connection, "0\r\n\r\n");
            return connection;
        });

        Assert.That(answer, Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task Http_2_with_its_many_streams_on_a_connection_is_not_spoken()
    {
        var answer = await InTimeAsync(() => SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"));

        // Settings, the frame of type 4, would be the first answer of a server that speaks it; goodbye is 7. After the header timeout, the
        // server answers 408.
        var isGoodbye = answer.ElementAtOrDefault(3) == '\u0007';
        var isRefusal = answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) && !answer.Contains(" 408 ", StringComparison.Ordinal);
        Assert.That(isGoodbye || isRefusal, answer);
        Assert.That(answer, Does.Not.Contain("(still open)"));
    }

    [Test]
    public async Task Headers_that_do_not_end_are_given_up()
    {
        var slow = await SendAsync("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        var waited = Stopwatch.StartNew();

        var answer = await ReadAsync(slow, TimeSpan.FromMinutes(1));

        // Without a limit of its own, the server would wait for 30 s.
        Assert.That(answer, Is.Empty.Or.Contain("408"));
        Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromSeconds(29)));
    }

    [Test]
    public async Task Headers_that_are_too_large_are_refused()
    {
        var large = await SendAsync($"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: {new string('a', 17 * 1024)}\r\n\r\n");
        var many = await SendAsync(
            $"GET /healthz HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 70).Select(i => $"X-{i}: a\r\n"))}\r\n");
        var path = await SendAsync($"GET /{new string('a', 5000)} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.That(
            (
                await Task.WhenAll(_connections.Select(connection => ReadAsync(connection, TimeSpan.FromMinutes(1))))).Select(answer =>
                    answer.Split(' ').ElementAtOrDefault(1)),
            Is.EqualTo(new[] { "431", "431", "414" }),
            $"{large.Connected} {many.Connected} {path.Connected}");
    }

    [TestCase("POST /list-files HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 16, "400")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 100, "200")]
    public async Task Connection_of_many_pipelined_requests_is_closed(string request, int most, string status)
    {
        var connection = await SendAsync(string.Concat(Enumerable.Repeat(request, 200)));

        var answers = (await ReadAsync(connection, TimeSpan.FromMinutes(1))).Split("HTTP/1.1 ")[1..];

        Assert.That(answers, Has.Length.LessThanOrEqualTo(most).And.All.StartsWith(status));
        Assert.That(answers[^1], Does.Contain("Connection: close"));
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_and_fill_no_log()
    {
        for (var i = 0; i < MaxConnections + 100; i++)
        {
            await SendAsync("");
        }

        // Less than the 75 s after which the server closes an idle connection.
        var answers = await Task.WhenAll(_connections.TakeLast(90).Select(one => ReadAsync(one, TimeSpan.FromSeconds(60))));

        Assert.That(answers, Is.All.Empty);
        Assert.That(Api.ReadLog().Where(entry => entry.IsAboveInformation && !entry.IsAboutMissingStore), Is.Empty);

        // Those who had a connection, and those who come when there is room, are served.
        await _connections[0].GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        Assert.That(await ReadAsync(_connections[0], TimeSpan.FromMinutes(1)), Does.StartWith("HTTP/1.1 200"));
        TearDown();
        Assert.That(async () => (await Api.Client.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK).After(60_000, 100));
    }

    private double Memory()
    {
        var status = string.Create(CultureInfo.InvariantCulture, $"/proc/{Api.Id}/status");
        return File.Exists(status)
            ? double.Parse(
                File.ReadLines(status).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ')[^2],
                CultureInfo.InvariantCulture) / 1000
            : 0;
    }

    private async Task<TcpClient> SendAsync(string text)
    {
        var connection = new TcpClient();
        _connections.Add(connection);
        await connection.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        return connection;
    }

    // The server may have closed the connection. Its answer says why.
    private static async Task WriteAsync(TcpClient connection, string text)
    {
        try
        {
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            // The connection is closed.
        }
    }

    /// <summary>
    /// Returns the answer to a request. Sends it again if there was none or the server refused it as too slow, as it can on a busy machine.
    /// </summary>
    private static async Task<string> InTimeAsync(Func<Task<TcpClient>> send)
    {
        var answer = "";
        for (var attempt = 0; attempt < 5 && (answer.Length == 0 || answer.Contains(" 408 ", StringComparison.Ordinal)); attempt++)
        {
            answer = await ReadAsync(await send(), TimeSpan.FromMinutes(1));
        }

        return answer;
    }

    /// <summary>What comes until the server closes; a reset counts as closed.</summary>
    private static async Task<string> ReadAsync(TcpClient connection, TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await connection.GetStream().ReadAsync(buffer, late.Token)) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // The connection was reset.
        }
        catch (OperationCanceledException)
        {
            return text.Append("(still open)").ToString();
        }

        return text.ToString();
    }
}
