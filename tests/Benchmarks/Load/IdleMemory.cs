namespace S3Auth.Benchmarks.Load;

/// <summary>The memory of a service that nobody uses, beside that of a bare server.</summary>
internal static class IdleMemory
{
    private const double MaxMb = 80;

    // About as many as the service's warm-up sends.
    private const int Requests = 1000;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    internal static async Task<IReadOnlyList<Figure>> MeasureAsync(string program, SignedRequests requests)
    {
        await using var bare = await BareServer.StartAsync(size: 2);
        await using var controller = await BareServer.StartControllerAsync(size: 100);
        await ExerciseAsync(controller, requests);
        await using var development = await RunningService.StartAsync(program, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["EMBEDDED_STORE_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["S3_BUCKET"] = "",
            ["AWS_ACCESS_KEY_ID"] = "",
            ["AWS_SECRET_ACCESS_KEY"] = "",
        });
        await using var production = await requests.StartServiceAsync(program);
        await Task.Delay(Rest);
        var (reference, empty, inDevelopment, inProduction) =
            (bare.Process.ResidentMb(), controller.Process.ResidentMb(), development.Process.ResidentMb(), production.Process.ResidentMb());

        Console.WriteLine("| | idle | ÷ bare server |");
        Console.WriteLine("| --- | --- | --- |");
        Console.WriteLine(Row("bare server", reference));
        Console.WriteLine(Row("a controller that answers with constant text, after requests", empty));
        Console.WriteLine(Row("development, with the embedded store", inDevelopment));
        Console.WriteLine(Row(string.Create(CultureInfo.InvariantCulture, $"production, {requests.Miners} miners"), inProduction));
        return
        [
            new Figure("idle in development, MB", inDevelopment, MaxMb),
            new Figure("idle in development ÷ an empty controller", inDevelopment / empty),
            new Figure("idle in production, MB", inProduction, MaxMb),
        ];

        string Row(string what, double megabytes) => string.Create(
            CultureInfo.InvariantCulture, $"| {what} | {megabytes:0} MB | {megabytes / reference:0.0} |");
    }

    private static async Task ExerciseAsync(BareServer controller, SignedRequests requests)
    {
        using var wrk = new Wrk(requests.Take(Requests), repeats: false);
        await wrk.RunAsync(controller.Address, connections: 2, Rest);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.PostAsync(new Uri(controller.Address, "/collect"), content: null);
        answer.EnsureSuccessStatusCode();
    }
}
