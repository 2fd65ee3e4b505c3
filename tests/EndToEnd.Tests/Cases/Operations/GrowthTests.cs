using System.Buffers;

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// What validators' answers cost as miners and objects grow, on a real store. Not part of a build: <c>./build.sh --target=Growth</c>. The
/// largest bucket takes long to fill: <c>S3AUTH_GROWTH_OBJECTS</c> (1,000,000 where it is not set) says how far to go.
/// </summary>
[Explicit("It fills buckets for minutes.")]
[Category("Growth")]
[NonParallelizable]
internal sealed class GrowthTests
{
    private const int Callers = 4;
    private const int Discoveries = 11;
    private const int MinersOfObjects = 100;

    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(6);
    private static readonly string[] Sources = ["x", "reddit"];
    private static readonly byte[] Content = new byte[16];

    private static int MaxObjects { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("S3AUTH_GROWTH_OBJECTS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var objects) ? objects : 1_000_000;

    [Test]
    public async Task Answers_to_validators_as_miners_grow()
    {
        await using var bed = await Bed.StartAsync();
        var miners = 0;
        foreach (var count in (int[])[1, 10, 100, 256, 512, 1000, 10_000])
        {
            await bed.Bucket.PutAllAsync(Enumerable.Range(miners, count - miners).SelectMany(_ => KeysOf(Account.New())), Content);
            miners = count;

            // Asked for when nothing of it is kept, and when it is.
            var (_, found) = await bed.DiscoverAsync();
            await using var api = await bed.StartServiceAsync(listingSeconds: 60);
            await bed.AskAsync(api, Measuring / 2);
            var answers = await bed.AskAsync(api, Measuring);

            Figures.Print(
                "Growth",
                $"{count} miners x {Sources.Length} sources: {answers.Bytes / 1024} KiB; {answers.PerSecond:F0}/s of {Callers} ",
                $"callers, median {answers.MedianMs:F2} ms, {answers.CpuMs:F3} ms of CPU ({answers.CpuMs * 1000 / count:F1} us a ",
                $"miner); looked for anew {found:F0} ms; {answers.MemoryMb:F0} MB");
        }
    }

    [Test]
    public async Task Discovery_as_objects_grow()
    {
        await using var bed = await Bed.StartAsync();
        var miners = Enumerable.Range(0, MinersOfObjects).Select(_ => Account.New()).ToList();
        var objects = 0;
        foreach (var count in new[] { 1000, 10_000, 100_000, 1_000_000 }.Where(count => count <= MaxObjects))
        {
            await bed.Bucket.PutAllAsync(
                Enumerable.Range(objects, count - objects).Select(
                    i =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"data/{Sources[i % 2]}/{miners[i / 2 % MinersOfObjects].Address}/data_{i:D7}.parquet")),
                Content);
            objects = count;

            var (least, median) = await bed.DiscoverAsync();

            Figures.Print(
                "Growth",
                $"{count} objects of {MinersOfObjects} miners x {Sources.Length} sources: looked for anew {median:F1} ms (least ",
                $"{least:F1} ms)");
        }
    }

    private static IEnumerable<string> KeysOf(Account miner) =>
        Sources.Select(source => $"data/{source}/{miner.Address}/data_20261124_062101_1000.parquet");

    private sealed record Answers(double PerSecond, double MedianMs, double CpuMs, long Bytes, double MemoryMb);

    /// <summary>A bucket of a real store, and services over it.</summary>
    private sealed class Bed : IAsyncDisposable
    {
        private readonly ScratchFolder _folder;
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
        private readonly RealStore _store;
        private readonly string _metagraph;

        private Bed(ScratchFolder folder, RealStore store, Bucket bucket, string metagraph) =>
            (_folder, _store, Bucket, _metagraph) = (folder, store, bucket, metagraph);

        public Bucket Bucket { get; }

        public static async Task<Bed> StartAsync()
        {
            if (RealStoreHost.WhyNot is { } reason)
            {
                Assert.Ignore(reason);
            }

            var store = await TestRun.Current.RealStore.GetAsync();
            var bucket = new Bucket(store.Endpoint, store.Region, $"s3auth-{Guid.NewGuid():N}"[..30], store.Keys);
            await bucket.CreateAsync();
            var folder = new ScratchFolder("growth");
            return new Bed(folder, store, bucket, await Subnet.Create(0).WriteAsync(folder));
        }

        public Task<ApiProcess> StartServiceAsync(int listingSeconds)
        {
            var settings = ApiProcess.ProductionSettings(
                _metagraph, _store.Endpoint.GetLeftPart(UriPartial.Authority), Bucket.Name, _store.Region, _folder
                    .Sub("server"), _store.Keys);
            settings["LISTING_CACHE_SECONDS"] = listingSeconds.ToString(CultureInfo.InvariantCulture);
            settings["SOURCES"] = string.Join(',', Sources);
            return ApiProcess.StartAsync(settings);
        }

        /// <summary>How long an answer takes, in ms, whose folders are looked for in the store.</summary>
        public async Task<(double Least, double Median)> DiscoverAsync()
        {
            await using var api = await StartServiceAsync(listingSeconds: 0);
            var times = new List<double>();
            for (var i = 0; i <= Discoveries; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await AskOnceAsync(api);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            // The first is not counted: the service compiles what it runs.
            var counted = times.Skip(1).Order().ToList();
            return (counted[0], counted[Discoveries / 2]);
        }

        /// <summary>As often as it answers, for a while.</summary>
        public async Task<Answers> AskAsync(ApiProcess api, TimeSpan duration)
        {
            using var process = Process.GetProcessById(api.Id);
            var (began, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
            var asked = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                var (times, bytes) = (new List<double>(), 0L);
                while (Stopwatch.GetElapsedTime(began) < duration)
                {
                    var start = Stopwatch.GetTimestamp();
                    bytes = await AskOnceAsync(api);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }

                return (times, bytes);
            })));
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            process.Refresh();
            var all = asked.SelectMany(one => one.times).Order().ToList();
            return new Answers(
                all.Count / seconds, all[all.Count / 2], (
                    process.TotalProcessorTime - cpu).TotalMilliseconds / all.Count, asked[0].bytes, process.WorkingSet64 / 1e6);
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            if (!_store.IsOurs)
            {
                await Bucket.RemoveAsync();
            }

            Bucket.Dispose();
            _folder.Dispose();
        }

        // Read to its end, and not kept: what a client makes of it is not the service's.
        private async Task<long> AskOnceAsync(ApiProcess api)
        {
            using var content = new ByteArrayContent(
                Encoding.UTF8.GetBytes(ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey).ToJsonString()));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(
                HttpMethod.Post, new Uri(api.Address, ServiceClient.ValidatorAccessPath)) { Content = content };
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await using var body = await answer.Content.ReadAsStreamAsync();
            var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
            var (total, read) = (0L, 0);
            while ((read = await body.ReadAsync(buffer)) > 0)
            {
                total += read;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            return total;
        }
    }
}
