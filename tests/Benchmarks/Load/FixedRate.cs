using HdrHistogram;

namespace S3Auth.Benchmarks.Load;

/// <summary>How long folder grants take at a rate that the service can easily answer, beside a bare server.</summary>
internal static class FixedRate
{
    private const int PerSecond = 1000;
    private const int WarmUp = 2000;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program, SignedRequests requests)
    {
        await using var api = await requests.StartServiceAsync(program);
        await using var bare = await BareServer.StartAsync(await requests.SampleAsync(api));
        var count = (int)(Duration.TotalSeconds * PerSecond);
        await OpenLoop.RunAsync(bare.Address, requests.Take(WarmUp), PerSecond);
        await OpenLoop.RunAsync(api.Http.BaseAddress!, requests.Take(WarmUp), PerSecond);
        var reference = await OpenLoop.RunAsync(bare.Address, requests.Take(count), PerSecond);
        var own = await OpenLoop.RunAsync(api.Http.BaseAddress!, requests.Take(count), PerSecond);

        Console.WriteLine($"| {PerSecond} requests a second | p50 | p99 | p99.9 | longest |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Console.WriteLine(Row("bare HTTP", reference));
        Console.WriteLine(Row("**`/get-folder-access`**", own));
        return [new Figure("p50 at 1,000 folder grants a second ÷ bare HTTP", Millis(own, 50) / Millis(reference, 50))];
    }

    private static string Row(string what, LongHistogram latencies) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {Millis(latencies, 50):0.00} ms | {Millis(latencies, 99):0.00} ms | {Millis(latencies, 99.9):0.00} ms | "
            + $"{latencies.GetMaxValue() / 1000.0:0.00} ms |");

    private static double Millis(LongHistogram latencies, double percentile) => latencies.GetValueAtPercentile(percentile) / 1000.0;
}
