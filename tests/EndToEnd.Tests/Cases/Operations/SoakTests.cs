namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Half of the server's capacity for a while: memory, handles, timers and threads must not grow. Only the nightly target soaks, for ten
/// minutes (<c>S3AUTH_SOAK_SECONDS</c>; half a minute without it).
/// </summary>
[Category("Nightly")]
[NonParallelizable]
internal sealed class SoakTests
{
    private const int Workers = 16;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(4);

    // Allowance for the time of the last garbage collection.
    private const double MaxGrowth = 1.25;
    private const double Slack = 24;

    private static TimeSpan Soaking { get; } = TimeSpan.FromSeconds(
        int.TryParse(
            Environment.GetEnvironmentVariable("S3AUTH_SOAK_SECONDS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var seconds) ? seconds : 30);

    [Test]
    public async Task Half_of_its_capacity_makes_nothing_grow()
    {
        if (!Directory.Exists("/proc/self/fd"))
        {
            Assert.Ignore("What a process holds is read from /proc, which is not here.");
        }

        using var folder = new ScratchFolder("soak");
        var subnet = Subnet.Create(200);
        await using var api = await ApiProcess.StartAsync(ApiProcess.ProductionSettings(
            await subnet.WriteAsync(folder),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen")));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Workers });

        // The replay memory grows until its window ends. Its size is subtracted, by its own metric.
        await RunAsync(api, http, subnet, WarmUp, perSecond: null);
        var (asked, failed) = await RunAsync(api, http, subnet, Measuring, perSecond: null);
        var capacity = asked / Measuring.TotalSeconds;
        Assert.That(failed, Is.Empty);

        var samples = new List<Sample>();
        var soak = RunAsync(api, http, subnet, Soaking, capacity / 2);
        while (!soak.IsCompleted)
        {
            samples.Add(await SampleAsync(api));
            await Task.WhenAny(soak, Task.Delay(Soaking / 30));
        }

        (asked, failed) = await soak;
        var (first, last) = (Middle(samples.Take(samples.Count / 3)), Middle(samples.Skip(samples.Count * 2 / 3)));
        Figures.Print(
            "Soak",
            $"{Soaking.TotalSeconds:F0} s at {asked / Soaking.TotalSeconds:F0}/s, half of {capacity:F0}/s: {asked - failed.Count} ",
            $"of {asked} granted; from the first third to the last: memory {first.Megabytes:F0} -> {last.Megabytes:F0} MB of ",
            $"which {last.Remembered - first.Remembered:F0} more proofs remembered, handles {first.Handles:F0} -> ",
            $"{last.Handles:F0}, timers {first.Timers:F0} -> {last.Timers:F0}, threads {first.Threads:F0} -> {last.Threads:F0}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed, Is.Empty);
            Assert.That(
                last.Megabytes - (BytesOf(last.Remembered - first.Remembered) / 1e6), Is.LessThan((first.Megabytes * MaxGrowth) + Slack));
            Assert.That(last.Handles, Is.LessThanOrEqualTo((first.Handles * MaxGrowth) + Slack));
            Assert.That(last.Timers, Is.LessThanOrEqualTo((first.Timers * MaxGrowth) + Slack));
            Assert.That(last.Threads, Is.LessThanOrEqualTo((first.Threads * MaxGrowth) + Slack));
        }
    }

    // 20 bytes per proof, in tables that double.
    private static double BytesOf(double proofs) => Math.Max(0, proofs) * 40;

    private static async Task<(int Asked, List<string> Failed)> RunAsync(
        ApiProcess api, HttpClient http, Subnet subnet, TimeSpan duration, double? perSecond)
    {
        var failed = new ConcurrentBag<string>();
        var asked = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < duration)
            {
                var number = Interlocked.Increment(ref asked);
                if (
                    perSecond is { } rate
                        && TimeSpan.FromSeconds(number / rate) - elapsed is var ahead
                        && ahead > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(ahead);
                }

                using var content = new ByteArrayContent(
                    Encoding.UTF8.GetBytes(ServiceClient.FolderAccessBody(subnet.Miners[number % subnet.Miners.Count]).ToJsonString()));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var answer = await http.PostAsync(new Uri(api.Address, ServiceClient.FolderAccessPath), content);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    failed.Add(await answer.Content.ReadAsStringAsync());
                }
                else
                {
                    await answer.Content.CopyToAsync(Stream.Null);
                }
            }
        })));
        return (asked, [.. failed]);
    }

    private static async Task<Sample> SampleAsync(ApiProcess api)
    {
        var status = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{api.Id}/status"));
        var metrics = (await api.Client.GetAsync("/metrics")).Text;
        return new Sample(
            Read(status, "VmRSS:") / 1000,
            Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{api.Id}/fd")).Length,
            Read(metrics, "dotnet_timer_count"),
            Read(status, "Threads:"),
            Read(metrics, "s3auth_replay_remembered"));
    }

    private static Sample Middle(IEnumerable<Sample> samples)
    {
        var all = samples.ToList();
        return new Sample(
            Median(all.Select(one => one.Megabytes)),
            Median(all.Select(one => one.Handles)),
            Median(all.Select(one => one.Timers)),
            Median(all.Select(one => one.Threads)),
            Median(all.Select(one => one.Remembered)));

        static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
    }

    // The number in the line with this start.
    private static double Read(string text, string start)
    {
        var line = text.Split('\n').First(one => one.StartsWith(start, StringComparison.Ordinal));
        var end = line.LastIndexOf('}') is var labels and >= 0 ? line[(labels + 1)..] : line[start.Length..];
        return double.Parse(end.Trim().Split(' ', '\t')[0], CultureInfo.InvariantCulture);
    }

    private sealed record Sample(double Megabytes, double Handles, double Timers, double Threads, double Remembered);
}
