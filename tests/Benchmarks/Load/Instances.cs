using StackExchange.Redis;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// One to three instances that share one Redis, each with a part of the load. Measures the cost of a request for an instance and for Redis.
/// They share the cores of one machine, so compare the cost of a request, not the requests per second.
/// </summary>
internal static class Instances
{
    private const int MaxInstances = 3;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program, SignedRequests requests)
    {
        await using var redis = LocalRedis.Start();
        Console.WriteLine("| instances | a second, all together | CPU a request: an instance | Redis | p50 | p99 | refused |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        var inMemory = await MeasureAsync("1, in memory", 1, usesRedis: false);
        var withRedis = new List<double>();
        for (var count = 1; count <= MaxInstances; count++)
        {
            withRedis.Add(await MeasureAsync(string.Create(CultureInfo.InvariantCulture, $"{count}"), count, usesRedis: true));
        }

        Console.WriteLine();
        Console.WriteLine(await MemoryAsync(redis.Port));
        return [new Figure("CPU of a folder grant with Redis ÷ in memory, one instance", withRedis[0] / inMemory)];

        // Returns the CPU time of an instance for a request, in microseconds.
        async Task<double> MeasureAsync(string what, int count, bool usesRedis)
        {
            var services = new List<RunningService>();
            try
            {
                for (var i = 0; i < count; i++)
                {
                    services.Add(await requests.StartServiceAsync(program, usesRedis ? redis.Settings : null));
                }

                await LoadAsync(services, WarmUp);
                var (before, redisBefore) = (services.Sum(service => service.Process.CpuMicros()), redis.Process.CpuMicros());
                var results = await LoadAsync(services, Duration);
                var (after, redisAfter) = (services.Sum(service => service.Process.CpuMicros()), redis.Process.CpuMicros());
                var answered = results.Sum(result => result.Requests);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | {results.Sum(result => result.PerSecond):0} | {(after - before) / answered:0} us | "
                        + $"{(redisAfter - redisBefore) / answered:0.0} us | {results.Max(result => result.P50).TotalMilliseconds:0.00} "
                        + $"ms | {results.Max(result => result.P99).TotalMilliseconds:0.00} ms | "
                        + $"{results.Sum(result => result.Refused)} |"));
                return (after - before) / answered;
            }
            finally
            {
                foreach (var service in services)
                {
                    await service.DisposeAsync();
                }
            }
        }

        async Task<WrkResult[]> LoadAsync(List<RunningService> services, TimeSpan duration)
        {
            var loads = services.Select(_ => requests.Prepare(duration / services.Count)).ToList();
            try
            {
                return await Task.WhenAll(services.Select((service, index) => loads[index].RunAsync(
                    service.Http.BaseAddress!, LoadRun.Connections / services.Count, duration)));
            }
            finally
            {
                loads.ForEach(load => load.Dispose());
            }
        }
    }

    private static async Task<string> MemoryAsync(int port)
    {
        await using var redis =
            await ConnectionMultiplexer.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},allowAdmin=true"));
        var server = redis.GetServers()[0];
        var (keys, memory) = (await server.DatabaseSizeAsync(), await server.InfoAsync("memory"));
        var used = long.Parse(
            memory.SelectMany(section => section).First(entry => entry.Key == "used_memory").Value,
            CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Redis holds {keys} proofs and counters in {used / 1e6:0} MB: {(double)used / keys:0} bytes each");
    }
}
