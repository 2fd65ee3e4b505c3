namespace S3Auth.Benchmarks;

/// <summary>
/// The latency of <c>/get-folder-access</c> while the node answers and while it hangs during a sync, in turn, in the same process. Shows
/// that no request waits for the chain: <c>dotnet run -c Release --project tests/Benchmarks -- hung-node path-of/S3Auth.Api.dll</c>.
/// Compare the ratios.
/// </summary>
internal static class HungNodeLatency
{
    internal const string Name = "hung-node";

    private const int Rounds = 6;
    private const int Clients = 4;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(string program)
    {
        await using var node = await TestNode.StartAsync();
        node.State = RecordedAnswers.State("subnet");
        await using var api = await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BT_NETWORK"] = node.Address.ToString(),
            ["METAGRAPH_SYNC_INTERVAL"] = "1",
        });
        await MeasureAsync(api.Http, Round);

        var (well, hung) = (new List<double[]>(), new List<double[]>());
        for (var round = 0; round < Rounds; round++)
        {
            node.Misbehaviour = Misbehaviour.None;
            well.Add(await MeasureAsync(api.Http, Round));

            node.Misbehaviour = Misbehaviour.Hang;
            var patience = Stopwatch.StartNew();
            while (node.Waiting == 0 && patience.Elapsed < TimeSpan.FromSeconds(40))
            {
                await Task.Delay(10);
            }

            hung.Add(await MeasureAsync(api.Http, Round));
            if (node.Waiting == 0)
            {
                throw new InvalidOperationException("The node did not hang.");
            }
        }

        Print(well, hung);
        return 0;
    }

    private static void Print(List<double[]> well, List<double[]> hung)
    {
        Console.WriteLine("| /get-folder-access, 4 clients | node well | node hung | ratio, median (least, most) |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var quantile in (double[])[0.5, 0.99, 0.999])
        {
            var pairs = well.Zip(hung, (one, other) => (Well: At(one, quantile), Hung: At(other, quantile))).ToList();
            var ratios = pairs.Select(pair => pair.Hung / pair.Well).Order().ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| p{quantile * 100:0.#} | {Median(pairs.Select(pair => pair.Well)):0.000} ms | "
                    + $"{Median(pairs.Select(pair => pair.Hung)):0.000} ms | {Median(ratios):0.00} ({ratios[0]:0.00}, "
                    + $"{ratios[^1]:0.00}) |"));
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{well.Sum(round => round.Length)} requests with it well, {hung.Sum(round => round.Length)} with it hung, all granted."));
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)(quantile * (sorted.Length - 1))];

    private static double Median(IEnumerable<double> values) => At([.. values.Order()], 0.5);

    /// <summary>Each client sends its requests one after the other. Returns the sorted latencies in milliseconds.</summary>
    private static async Task<double[]> MeasureAsync(HttpClient http, TimeSpan duration)
    {
        using var hotkey = KeyPair.FromUri("//Bob");
        using var coldkey = KeyPair.FromUri("//Bob//cold");
        var until = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            var taken = new List<double>();
            while (until.Elapsed < duration)
            {
                using var content =
                    new ByteArrayContent(Body(hotkey, coldkey.AccountId)) { Headers = { ContentType = new("application/json") } };
                var started = Stopwatch.GetTimestamp();
                using var answer = await http.PostAsync("/get-folder-access", content);
                taken.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
                }
            }

            return taken;
        })));
        return [.. all.SelectMany(taken => taken).Order()];
    }

    private static byte[] Body(KeyPair hotkey, AccountId coldkey)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var text = FormattableString.Invariant($"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}");
        var signature = hotkey.Sign(Encoding.UTF8.GetBytes(text));
        return Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $$"""{"coldkey":"{{coldkey}}","hotkey":"{{hotkey.AccountId}}","timestamp":{{timestamp}},"signature":"{{signature}}"}"""));
    }
}
