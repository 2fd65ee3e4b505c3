namespace S3Auth.Benchmarks.Load;

/// <summary>
/// The first two seconds after a new process says that it is ready, beside the same process when it is warm.
/// </summary>
internal static class ColdStart
{
    // The service creates at most this many tables in advance (HotkeyPreparation.MaxHotkeys). Real subnets have 256 to 1,024 hotkeys.
    private const int Miners = 4096;

    private const int Rounds = 3;
    private const double MinOfWarm = 0.8;
    private const double MaxOfWarmP99 = 3;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(4);

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program)
    {
        await using var redis = LocalRedis.Start();
        Console.WriteLine(
            "| limits | ready after | CPU until then | first 2 s: a second | p99 | warm: a second | p99 | first ÷ warm | p99 ÷ warm |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        return
        [
            .. await MeasureAsync(program, "in memory", settings: null),
            .. await MeasureAsync(program, "in Redis", redis.Settings),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        string program, string limits, IReadOnlyDictionary<string, string>? settings)
    {
        using var requests = new SignedRequests(Miners);
        var (throughputs, latencies) = (new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds; round++)
        {
            using var firstRequests = requests.Prepare(First);
            var began = Stopwatch.GetTimestamp();
            await using var api = await requests.StartServiceAsync(program, settings);
            var (ready, cpu) = (Stopwatch.GetElapsedTime(began), api.Process.CpuMicros() / 1e6);
            var first = await firstRequests.RunAsync(api.Http.BaseAddress!, LoadRun.Connections, First);
            await LoadAsync(api, requests);
            var warm = await LoadAsync(api, requests);
            throughputs.Add(first.PerSecond / warm.PerSecond);
            latencies.Add(first.P99 / warm.P99);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {limits} | {ready.TotalSeconds:0.00} s | {cpu:0.0} s | {first.PerSecond:0} | {first.P99.TotalMilliseconds:0.0} ms | "
                    + $"{warm.PerSecond:0} | {warm.P99.TotalMilliseconds:0.0} ms | {throughputs[^1]:0.00} | {latencies[^1]:0.0} |"));
        }

        return
        [
            new Figure(
                $"first two seconds ÷ warm, folder grants a second, limits {limits}",
                Median.Of(throughputs),
                MinOfWarm,
                IsMoreBetter: true),
            new Figure($"first two seconds ÷ warm, p99, limits {limits}", Median.Of(latencies), MaxOfWarmP99),
        ];
    }

    private static async Task<WrkResult> LoadAsync(RunningService api, SignedRequests requests)
    {
        using var wrk = requests.Prepare(Warm);
        return await wrk.RunAsync(api.Http.BaseAddress!, LoadRun.Connections, Warm);
    }
}
