using System.Text.Json.Nodes;

namespace S3Auth.Benchmarks;

/// <summary>
/// The CPU time of requests including HTTP, JSON and verification, compared with a request that does nothing, in the same process:
/// <c>dotnet run -c Release --project tests/Benchmarks -- access-cost path-of/S3Auth.Api.dll</c>. The store's listings come from this
/// process and are cached by the service as long as possible, so that their share is small.
/// </summary>
internal static class AccessCost
{
    internal const string Name = "access-cost";

    private const int Miners = 256;
    private const int Files = 1000;
    private const int Rounds = 7;
    private const int Requests = 60;

    // The CPU time of a process is measured in steps of 10 ms.
    private const int CheapRequests = 3000;
    private const string Bare = "/healthz";
    private const string FolderAccess = "/get-folder-access";
    private const int WarmUp = 400;

    private static readonly string[] Sources = ["x", "reddit"];

    internal static async Task<int> RunAsync(string program)
    {
        using var validator = KeyPair.FromUri("//Alice");
        var miners = Enumerable.Range(0, Miners).Select(Accounts.Number).ToList();
        await using var store = await MinersStore.StartAsync(miners);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, MinersStore.Metagraph(validator.AccountId, miners));
        await using var api = await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BT_NETWORK"] = "static",
            ["METAGRAPH_FILE"] = file,
            ["S3_ENDPOINT"] = store.Urls.First(),
            ["AWS_SESSION_TOKEN"] = new string('t', 400),
            ["AWS_CREDENTIAL_EXPIRATION"] = DateTimeOffset.UtcNow.AddDays(1).ToString("O", CultureInfo.InvariantCulture),
            ["LISTING_CACHE_SECONDS"] = "60",
        });
        File.Delete(file);

        var prefix = $"data/x/{miners[0]}/";
        (string What, string Path, Func<JsonObject> Body)[] requests =
        [
            ("bare HTTP: GET /healthz", Bare, () => []),
            ($"/get-folder-access, {Sources.Length} sources", FolderAccess, () =>
            {
                var body = Signed(validator, $"s3:data:access:{validator.AccountId}:{validator.AccountId}:{Now}");
                body["coldkey"] = validator.AccountId.ToString();
                return body;
            }),
            (
                $"/get-validator-access, {Miners} miners × {Sources.Length} sources",
                "/get-validator-access",
                () => Signed(validator, $"s3:validator:access:{Now}")),
            ($"/get-file-presigned-urls, {Files} files", "/get-file-presigned-urls", () =>
            {
                var body = Signed(validator, $"s3:validator:files:{miners[0]}:{validator.AccountId}:{Now}");
                body["miner_coldkey"] = miners[0].ToString();
                body["file_keys"] = new JsonArray(
                    [.. Enumerable.Range(0, Files).Select(i => JsonValue.Create($"{prefix}data_20261124_062101_{i}.parquet"))]);
                return body;
            }),
            ("the page, GET /", "/", () => []),
            ("GET /status", "/status", () => []),
            ("GET /hotkeys/{address}", $"/hotkeys/{miners[0]}", () => []),
        ];

        var costs = requests.ToDictionary(request => request.What, _ => new List<double>(), StringComparer.Ordinal);
        foreach (var (_, path, body) in requests)
        {
            await SendAsync(api, path, body, WarmUp);
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (what, path, body) in requests)
            {
                costs[what].Add(await CostAsync(api, path, body));
            }
        }

        var bare = Median.Of(costs[requests[0].What]);
        Console.WriteLine("| request | CPU of the service, median (least, most) | ratio to bare HTTP |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var (what, _, _) in requests)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {Median.Of(costs[what]):0.000} ms ({costs[what].Min():0.000}, {costs[what].Max():0.000}) | "
                    + $"{Median.Of(costs[what]) / bare:0} |"));
        }

        return 0;
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private static async Task<double> CostAsync(RunningService api, string path, Func<JsonObject> body)
    {
        var times = path == FolderAccess || body().Count == 0 ? CheapRequests : Requests;
        var before = api.Process.CpuMicros();
        await SendAsync(api, path, body, times);
        return (api.Process.CpuMicros() - before) / times / 1000;
    }

    private static async Task SendAsync(RunningService api, string path, Func<JsonObject> body, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var content = body();
            using var request = new HttpRequestMessage(content.Count == 0 ? HttpMethod.Get : HttpMethod.Post, path);
            if (content.Count > 0)
            {
                request.Content = new StringContent(content.ToJsonString(), Encoding.UTF8, "application/json");
            }

            using var answer = await api.Http.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            }
        }
    }

    private static JsonObject Signed(KeyPair hotkey, string text) => new()
    {
        ["hotkey"] = hotkey.AccountId.ToString(),
        ["timestamp"] = long.Parse(text[(text.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture),
        ["signature"] = hotkey.Sign(Encoding.UTF8.GetBytes(text)).ToString(),
    };
}
