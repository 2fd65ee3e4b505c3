using HdrHistogram;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// The service under load, as a separate process with everything on (signatures, replays, limits, records, metrics), compared in one run
/// with a bare HTTP server with the same sizes, and with the cost of one verification and one grant:
/// <c>dotnet run -c Release --project tests/Benchmarks -- load path-of/S3Auth.Api.dll</c>. Needs wrk. The load comes from the same machine.
/// </summary>
internal static class LoadRun
{
    internal const string Name = "load";

    private const int Miners = 8192;
    private const int Connections = 32;
    private const int Rounds = 3;
    private const int MaxPerSecond = 22_000;
    private const int OpenPerSecond = 1000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Closed = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Open = TimeSpan.FromSeconds(20);

    internal static async Task<int> RunAsync(string program)
    {
        var start = await MeasureStartAsync(program);
        using var requests = new SignedRequests(Miners);
        var metagraph = Path.GetTempFileName();
        await File.WriteAllTextAsync(metagraph, requests.Metagraph());
        await using var api = await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BT_NETWORK"] = "static", ["METAGRAPH_FILE"] = metagraph, ["S3_REGION"] = "us-east-2", ["LISTING_CACHE_SECONDS"] = "60",
        });
        File.Delete(metagraph);
        var service = api.Http.BaseAddress!;
        var idle = MemoryOf(api.Process);

        var answer = await SampleAsync(requests.Take(1, service)[0], service);
        using var bareProcess = StartBare(answer, out var bare);
        try
        {
            await UntilAnswersAsync(bare);
            Print(
                $"{Environment.ProcessorCount} cores shared with the load, .NET {Environment.Version}, {Miners} miners, answers "
                    + $"of {answer} bytes");
            Print("");
            var own = Costs.Measure();
            var warmUp = requests.Take((int)(WarmUp.TotalSeconds * MaxPerSecond), service);
            await Wrk.RunAsync(bare, warmUp, repeats: true, Connections, WarmUp);
            await Wrk.RunAsync(service, warmUp, repeats: false, Connections, WarmUp);

            var (bareRounds, apiRounds) = (new List<Round>(), new List<Round>());
            var collections = await CollectionsAsync(api);
            for (var round = 0; round < Rounds; round++)
            {
                var batch = requests.Take((int)(Closed.TotalSeconds * MaxPerSecond), service);
                bareRounds.Add(await MeasureAsync(bareProcess, bare, batch, repeats: true));
                apiRounds.Add(await MeasureAsync(api.Process, service, batch, repeats: false));
            }

            var after = await CollectionsAsync(api);
            var full = MemoryOf(api.Process);
            var (bareMid, apiMid) = (Median(bareRounds), Median(apiRounds));

            Print($"| `/get-folder-access`, {Connections} connections | a second | least, most | CPU a request | p50 | p99 | refused |");
            Print("| --- | --- | --- | --- | --- | --- | --- |");
            Print(Row("bare HTTP", bareRounds, bareMid));
            Print(Row("**everything on**", apiRounds, apiMid));
            Print("");
            var verification = own.Verification;
            var rest = apiMid.CpuMicros - bareMid.CpuMicros - verification;
            Print(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"OpenSSL's Ed25519 {own.OpenSsl:0.0} us, one verification {verification:0.0} us "
                        + $"({verification / own.OpenSsl:0.00} x), command to answer without HTTP {own.Grant:0.0} us, "
                        + $"{own.GrantBytes / 1024.0:0.0} KB"));
            Print(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"CPU a request {apiMid.CpuMicros:0} us = verification {verification:0} + bare HTTP {bareMid.CpuMicros:0} + "
                        + $"everything else {rest:0}"));
            Print(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Collections under load: {after.Gen0 - collections.Gen0} gen0, {after.Gen1 - collections.Gen1} gen1, "
                        + $"{after.Gen2 - collections.Gen2} gen2; "
                        + $"{(after.Allocated - collections.Allocated) / apiRounds.Sum(round => round.Wrk.Requests) / 1024.0:0.0} KB "
                        + $"allocated a request"));
            Print(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Memory: {idle / 1e6:0} MB idle, {full / 1e6:0} MB under load; ready {start.TotalSeconds:0.00} s after its "
                        + $"start on the embedded default"));
            Print("");

            var count = (int)(Open.TotalSeconds * OpenPerSecond);
            await OpenLoop.RunAsync(bare, requests.Take(2000, bare), OpenPerSecond);
            await OpenLoop.RunAsync(service, requests.Take(2000, service), OpenPerSecond);
            Print($"| open loop, {OpenPerSecond} a second | p50 | p99 | p99.9 | longest |");
            Print("| --- | --- | --- | --- | --- |");
            Print(Row("bare HTTP", await OpenLoop.RunAsync(bare, requests.Take(count, bare), OpenPerSecond)));
            Print(Row("**everything on**", await OpenLoop.RunAsync(service, requests.Take(count, service), OpenPerSecond)));
        }
        finally
        {
            bareProcess.Kill();
            await bareProcess.WaitForExitAsync();
        }

        return 0;
    }

    private static async Task<TimeSpan> MeasureStartAsync(string program)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var api = await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["EMBEDDED_STORE_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
                ["S3_BUCKET"] = "",
                ["AWS_ACCESS_KEY_ID"] = "",
                ["AWS_SECRET_ACCESS_KEY"] = "",
            });
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    private static async Task<int> SampleAsync(byte[] request, Uri service)
    {
        using var http = new HttpClient();
        var text = Encoding.ASCII.GetString(request);
        using var content = new StringContent(
            text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..],
            Encoding.UTF8,
            "application/json");
        using var answer = await http.PostAsync(new Uri(service, "/get-folder-access"), content);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode == HttpStatusCode.OK ? body.Length : throw new InvalidOperationException(Encoding.UTF8.GetString(body));
    }

    private static Process StartBare(int size, out Uri address)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        address = new Uri($"http://127.0.0.1:{port}/");
        return Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(LoadRun).Assembly.Location, BareServer.Name, port, size.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("The bare server did not start.");
    }

    private static async Task UntilAnswersAsync(Uri address)
    {
        using var http = new HttpClient();
        for (var patience = 0; ; patience++)
        {
            try
            {
                using var answer = await http.GetAsync(address);
                return;
            }
            catch (HttpRequestException) when (patience < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task<Round> MeasureAsync(Process process, Uri address, byte[][] requests, bool repeats)
    {
        process.Refresh();
        var before = process.TotalProcessorTime;
        var result = await Wrk.RunAsync(address, requests, repeats, Connections, Closed);
        process.Refresh();
        return new Round(result, (process.TotalProcessorTime - before).TotalMicroseconds / result.Requests);
    }

    private static async Task<Collections> CollectionsAsync(RunningService api)
    {
        var lines = (await api.Http.GetStringAsync("/metrics")).Split('\n');
        long Value(string name, string label) => (long)lines
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Select(line => line.TrimEnd().Split(' '))
            .Sum(parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

        return new Collections(
            Value("dotnet_gc_collections", "gen0"),
            Value("dotnet_gc_collections", "gen1"),
            Value("dotnet_gc_collections", "gen2"),
            Value("dotnet_gc_heap_total_allocated_bytes_total", ""));
    }

    private static long MemoryOf(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    private static Round Median(List<Round> rounds) => rounds.OrderBy(round => round.Wrk.PerSecond).ElementAt(rounds.Count / 2);

    private static string Row(string what, List<Round> rounds, Round middle) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {middle.Wrk.PerSecond:0} | {rounds.Min(round => round.Wrk.PerSecond):0}, "
            + $"{rounds.Max(round => round.Wrk.PerSecond):0} | {middle.CpuMicros:0} us | {middle.Wrk.P50.TotalMilliseconds:0.00} ms | "
            + $"{middle.Wrk.P99.TotalMilliseconds:0.00} ms | {rounds.Sum(round => round.Wrk.Refused)} |");

    private static string Row(string what, LongHistogram latencies) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {latencies.GetValueAtPercentile(50) / 1000.0:0.00} ms | {latencies.GetValueAtPercentile(99) / 1000.0:0.00} "
            + $"ms | {latencies.GetValueAtPercentile(99.9) / 1000.0:0.00} ms | {latencies.GetMaxValue() / 1000.0:0.00} ms |");

    private static void Print(string line) => Console.WriteLine(line);

    private sealed record Round(WrkResult Wrk, double CpuMicros);

    private sealed record Collections(long Gen0, long Gen1, long Gen2, long Allocated);
}
