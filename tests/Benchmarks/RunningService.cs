namespace S3Auth.Benchmarks;

/// <summary>The service as a separate process, as in production, on a free local port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly string _data;

    private RunningService(Process process, Uri address, string data)
    {
        Process = process;
        _data = data;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
    }

    /// <summary>A client of the service.</summary>
    internal HttpClient Http { get; }

    internal Process Process { get; }

    /// <param name="program">The built <c>S3Auth.Api.dll</c>.</param>
    /// <param name="settings">The environment variables. The credentials are fictitious.</param>
    internal static async Task<RunningService> StartAsync(string program, IReadOnlyDictionary<string, string> settings)
    {
        var data = Directory.CreateTempSubdirectory("s3auth-benchmark-").FullName;
        var port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet", [program]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["S3_BUCKET"] = "some-bucket";
        start.Environment["AWS_ACCESS_KEY_ID"] = "somebody";
        start.Environment["AWS_SECRET_ACCESS_KEY"] = "some-key";
        start.Environment["DATA_DIR"] = data;
        foreach (var limit in (string[])[
            "RATE_LIMIT_PER_MINUTE", "REQUESTS_IN_FLIGHT_PER_HOTKEY", "DAILY_LIMIT_PER_MINER", "DAILY_FILES_PER_MINER",
            "DAILY_LIMIT_PER_VALIDATOR", "TOTAL_DAILY_LIMIT"])
        {
            // Refusals are not measured, so no limit may be reached.
            start.Environment[limit] =
                limit switch { "RATE_LIMIT_PER_MINUTE" => "10000000", "REQUESTS_IN_FLIGHT_PER_HOTKEY" => "1000000", _ => "1000000000" };
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var service = new RunningService(process, new Uri($"http://127.0.0.1:{port}"), data);
        await service.UntilReadyAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task UntilReadyAsync()
    {
        while (true)
        {
            try
            {
                using var answer = await Http.GetAsync("/readyz");
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!Process.HasExited)
            {
                // The service does not listen yet.
            }

            await Task.Delay(PollInterval);
        }
    }
}
