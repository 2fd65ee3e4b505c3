namespace S3Auth.Benchmarks.Load;

/// <summary>
/// The service under load, as separate processes, compared, in the same run, with a bare server and with the recorded baseline:
/// <c>dotnet run -c Release --project tests/Benchmarks -- load path-of/S3Auth.Api.dll</c>. Needs Linux, wrk and redis-server. The load
/// comes from the same machine.
/// </summary>
internal static class LoadRun
{
    internal const string Name = "load";

    /// <summary>The number of concurrent connections.</summary>
    internal const int Connections = 32;

    private const int Miners = 8192;

    /// <summary>The machine in words.</summary>
    internal static string Machine => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores shared with the load, .NET {Environment.Version}");

    internal static async Task<int> RunAsync(string program)
    {
        using var requests = new SignedRequests(Miners);
        (string Question, Func<Task<IReadOnlyList<Figure>>> Measure)[] questions =
        [
            ("How much memory does an idle service use?", () => IdleMemory.MeasureAsync(program, requests)),
            ("How fast is a new process?", () => ColdStart.MeasureAsync(program)),
            ("What does a folder grant cost?", () => GrantLoad.MeasureAsync(program, requests)),
            ("How long does a folder grant take?", () => FixedRate.MeasureAsync(program, requests)),
            ("What does an answer to a validator cost?", () => ManyMiners.MeasureAsync(program)),
            ("What do more instances and Redis cost?", () => Instances.MeasureAsync(program, requests)),
        ];

        Console.WriteLine($"{Machine}.");
        var began = Stopwatch.GetTimestamp();
        var figures = new List<Figure>();
        foreach (var (question, measure) in questions)
        {
            Console.WriteLine();
            Console.WriteLine($"## {question}");
            Console.WriteLine();
            figures.AddRange(await measure());
        }

        Console.WriteLine();
        Console.WriteLine("## All figures");
        Console.WriteLine();
        await Baseline.CompareAsync(figures);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Took {Stopwatch.GetElapsedTime(began).TotalMinutes:0.0} min."));
        return 0;
    }
}
