using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// What an answer of <c>/get-validator-access</c> costs the service as the subnet grows, beside a bare server that answers as many bytes.
/// The largest subnet is also measured with a session token of 400 characters in every URL, as with temporary credentials on AWS.
/// </summary>
internal static class ManyMiners
{
    private const int Sources = 2;
    private const int Callers = 4;
    private const int LargestSubnet = 10_000;
    private const double MaxCpuMs = 60;
    private const double MaxMb = 200;

    // A measurement answers for about as many miners in each size, so that it takes as long.
    private const int MinersPerMeasurement = 200_000;
    private const int MaxAnswers = 3000;

    private static readonly int[] Sizes = [1, 256, 1000, LargestSubnet];

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program)
    {
        Console.WriteLine(
            "| miners | listings signed | answer | CPU an answer | ÷ bare HTTP | with gzip: answer | CPU | "
                + $"peak memory, {Callers} callers |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        var figures = new List<Figure>();
        foreach (var size in Sizes)
        {
            figures.AddRange(await MeasureAsync(program, size, hasToken: false));
        }

        figures.AddRange(await MeasureAsync(program, LargestSubnet, hasToken: true));

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(string program, int size, bool hasToken)
    {
        using var validator = KeyPair.FromUri("//Alice");
        List<AccountId> miners = [.. Enumerable.Range(0, size).Select(Accounts.Number)];
        await using var store = await MinersStore.StartAsync(miners);
        var metagraph = MinersStore.Metagraph(validator.AccountId, miners);
        await using var api = await StartServiceAsync(program, store.Urls.First(), metagraph, hasToken);
        var count = Math.Clamp(MinersPerMeasurement / size, Callers, MaxAnswers);

        // The first answers are not counted: they list the store, and their code is compiled.
        await AskAsync(api, validator, count: Math.Min(count, 100), compressed: false);
        var plain = await MeasureAsync(api.Process, () => AskAsync(api, validator, count, compressed: false), count);
        await using var bare = await BareServer.StartAsync((int)plain.Bytes);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = bare.Address };
        await AskBareAsync(http, Math.Min(count, 100));
        var reference = await MeasureAsync(bare.Process, () => AskBareAsync(http, count), count);
        var zipped = await MeasureAsync(api.Process, () => AskAsync(api, validator, count, compressed: true), count);
        var parallel = Enumerable.Range(0, Callers).Select(_ => AskAsync(api, validator, Math.Max(count / Callers, 2), compressed: false));
        await Task.WhenAll(parallel);
        var peak = api.Process.PeakMb();

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {size}{(hasToken ? ", with a session token" : string.Empty)} | {size * Sources} | {plain.Bytes / 1024} KiB | "
                + $"{plain.CpuMs:0.00} ms | {plain.CpuMs / reference.CpuMs:0.0} | "
                + $"{zipped.Bytes / 1024} KiB | {zipped.CpuMs:0.00} ms | {peak:0} MB |"));
        if (size < LargestSubnet)
        {
            return [];
        }

        if (hasToken)
        {
            return [new Figure("`/get-validator-access`, 10,000 miners, with a session token: CPU, ms", plain.CpuMs)];
        }

        return
        [
            new Figure("`/get-validator-access`, 10,000 miners: CPU, ms", plain.CpuMs, MaxCpuMs),
            new Figure("`/get-validator-access`, 10,000 miners: CPU with gzip, ms", zipped.CpuMs),
            new Figure("`/get-validator-access`, 10,000 miners: CPU ÷ bare HTTP", plain.CpuMs / reference.CpuMs),
            new Figure("`/get-validator-access`, 10,000 miners: peak of the process, MB", peak, MaxMb),
        ];
    }

    private static string Tomorrow() => DateTimeOffset.UtcNow.AddDays(1).ToString("O", CultureInfo.InvariantCulture);

    private static async Task<RunningService> StartServiceAsync(string program, string store, string metagraph, bool hasToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, metagraph);
            return await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["BT_NETWORK"] = "static",
                ["METAGRAPH_FILE"] = file,
                ["S3_ENDPOINT"] = store,
                ["AWS_SESSION_TOKEN"] = hasToken ? new string('t', 400) : "",
                ["AWS_CREDENTIAL_EXPIRATION"] = hasToken ? Tomorrow() : "",
                ["LISTING_CACHE_SECONDS"] = "60",
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<Cost> MeasureAsync(Process process, Func<Task<long>> ask, int count)
    {
        var before = process.CpuMicros();
        var bytes = await ask();
        return new Cost((process.CpuMicros() - before) / count / 1000, bytes);
    }

    /// <summary>Asks one time after another. Returns the bytes of the last answer.</summary>
    private static async Task<long> AskAsync(RunningService api, KeyPair validator, int count, bool compressed)
    {
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var signature = validator.Sign(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"s3:validator:access:{timestamp}")));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/get-validator-access")
            {
                Content = JsonContent.Create(new
                {
                    hotkey = validator.AccountId.ToString(), timestamp, signature = signature.ToString(),
                }),
            };
            if (compressed)
            {
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
            }

            bytes = await ReadAsync(api.Http, request);
        }

        return bytes;
    }

    private static async Task<long> AskBareAsync(HttpClient http, int count)
    {
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            bytes = await ReadAsync(http, request);
        }

        return bytes;
    }

    // Reads the answer to its end, and does not decompress it.
    private static async Task<long> ReadAsync(HttpClient http, HttpRequestMessage request)
    {
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }

        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[128 * 1024];
        var (total, read) = (0L, 0);
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            total += read;
        }

        return total;
    }

    private sealed record Cost(double CpuMs, long Bytes);
}
