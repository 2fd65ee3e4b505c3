using System.Net.Http.Json;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// What one folder grant costs under load, with everything on (signatures, replays, limits, records, metrics), beside a bare server and a
/// bare server that verifies one signature. All three answer the same requests with as many bytes, in turn. The allocations are compared
/// with those of a controller that checks and signs nothing.
/// </summary>
internal static class GrantLoad
{
    private const int Rounds = 3;
    private const double MaxOverReference = 1.4;
    private const double MaxAllocatedKb = 6;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program, SignedRequests requests)
    {
        await using var api = await requests.StartServiceAsync(program);
        var service = api.Http.BaseAddress!;
        var answer = await requests.SampleAsync(api);
        await using var bare = await BareServer.StartAsync(answer);
        await using var verifying = await BareServer.StartAsync(answer, verifies: true);
        await using var controller = await BareServer.StartControllerAsync(answer);
        var costs = Costs.Measure();
        (string What, Process Process, Uri Address, bool Repeats, List<Round> Rounds)[] servers =
        [
            ("bare HTTP", bare.Process, bare.Address, true, []),
            ("bare HTTP and one verification", verifying.Process, verifying.Address, true, []),
            ("**`/get-folder-access`**", api.Process, service, false, []),
        ];
        foreach (var server in servers)
        {
            await MeasureAsync(server.Process, server.Address, requests, server.Repeats, WarmUp);
        }

        var before = await CollectionsAsync(api);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in servers)
            {
                server.Rounds.Add(await MeasureAsync(server.Process, server.Address, requests, server.Repeats, Duration));
            }
        }

        var after = await CollectionsAsync(api);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{LoadRun.Connections} connections, answers of {answer} bytes, {requests.Miners} miners."));
        Console.WriteLine();
        Console.WriteLine("| | a second | least, most | CPU a request | p50 | p99 | refused |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var server in servers)
        {
            Console.WriteLine(Row(server.What, server.Rounds));
        }

        var allocated = (after.Allocated - before.Allocated) / servers[2].Rounds.Sum(round => round.Wrk.Requests) / 1024.0;
        var allocatedByController = await AllocatedByAsync(controller, requests);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"OpenSSL's Ed25519 {costs.OpenSsl:0.0} us; one sr25519 verification {costs.Verification:0.0} us; from command to answer, "
                + $"without HTTP, {costs.Grant:0.0} us and {costs.GrantBytes / 1024:0.0} KB. Under load: {allocated:0.0} KB a request, "
                + $"{after.Gen0 - before.Gen0} gen0, {after.Gen1 - before.Gen1} gen1, {after.Gen2 - before.Gen2} gen2 collections, "
                + $"{api.Process.ResidentMb():0} MB. A controller that checks and signs nothing allocates "
                + $"{allocatedByController:0.0} KB for a request and an answer of these sizes."));

        // The ratios of CPU and of requests compare measurements of the same round.
        return
        [
            new Figure(
                "CPU of a folder grant ÷ (bare HTTP and one verification)",
                Median.Of(servers[2].Rounds.Zip(servers[1].Rounds, (own, reference) => own.CpuMicros / reference.CpuMicros)),
                MaxOverReference),
            new Figure(
                "folder grants a second ÷ bare HTTP",
                Median.Of(servers[2].Rounds.Zip(servers[0].Rounds, (own, reference) => own.Wrk.PerSecond / reference.Wrk.PerSecond)),
                IsMoreBetter: true),
            new Figure("allocated for a folder grant, KB", allocated, MaxAllocatedKb),
            new Figure("allocated for a folder grant ÷ by an empty controller", allocated / allocatedByController),
            new Figure("a wrong signature ÷ a right one", costs.Wrong / costs.Right),
        ];
    }

    private static async Task<Round> MeasureAsync(Process process, Uri address, SignedRequests requests, bool repeats, TimeSpan duration)
    {
        using var wrk = repeats ? requests.PrepareRepeated() : requests.Prepare(duration);
        var before = process.CpuMicros();
        var result = await wrk.RunAsync(address, LoadRun.Connections, duration);
        return new Round(result, (process.CpuMicros() - before) / result.Requests);
    }

    private static async Task<double> AllocatedByAsync(BareServer controller, SignedRequests requests)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = controller.Address };
        await MeasureAsync(controller.Process, controller.Address, requests, repeats: true, WarmUp);
        var before = await http.GetFromJsonAsync<long>("/allocated");
        var round = await MeasureAsync(controller.Process, controller.Address, requests, repeats: true, WarmUp);
        var allocated = await http.GetFromJsonAsync<long>("/allocated") - before;
        return round.Wrk.Refused == 0
            ? allocated / (double)round.Wrk.Requests / 1024
            : throw new InvalidOperationException("The controller refused requests.");
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

    private static string Row(string what, List<Round> rounds)
    {
        var middle = rounds.OrderBy(round => round.Wrk.PerSecond).ElementAt(rounds.Count / 2);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {middle.Wrk.PerSecond:0} | {rounds.Min(round => round.Wrk.PerSecond):0}, "
                + $"{rounds.Max(round => round.Wrk.PerSecond):0} | {middle.CpuMicros:0} us | {middle.Wrk.P50.TotalMilliseconds:0.00} ms | "
                + $"{middle.Wrk.P99.TotalMilliseconds:0.00} ms | {rounds.Sum(round => round.Wrk.Refused)} |");
    }

    private sealed record Round(WrkResult Wrk, double CpuMicros);

    private sealed record Collections(long Gen0, long Gen1, long Gen2, long Allocated);
}
