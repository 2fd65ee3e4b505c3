using System.Text.Json;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// The recorded figures that a run is compared with: <c>tests/Benchmarks/Load/baseline.json</c>. With the environment variable
/// <c>S3AUTH_RECORD_BASELINE=true</c>, a run replaces them.
/// </summary>
/// <param name="Date">The date of the recorded run.</param>
/// <param name="Machine">The machine of the recorded run.</param>
/// <param name="Figures">The values by the names of the figures.</param>
internal sealed record Baseline(string Date, string Machine, Dictionary<string, double> Figures)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string File => Path.Combine(Repository.Root, "tests", "Benchmarks", "Load", "baseline.json");

    private static bool IsRecorded => Environment.GetEnvironmentVariable("S3AUTH_RECORD_BASELINE") == "true";

    /// <summary>Prints the figures beside the recorded ones, and records them if that is wanted.</summary>
    internal static async Task CompareAsync(IReadOnlyList<Figure> figures)
    {
        var recorded = System.IO.File.Exists(File)
            ? JsonSerializer.Deserialize<Baseline>(await System.IO.File.ReadAllTextAsync(File), Json)
            : null;
        Console.WriteLine(recorded is null ? "No baseline is recorded." : $"Baseline: {recorded.Date}, {recorded.Machine}.");
        Console.WriteLine();
        Console.WriteLine("| figure | baseline | now | goal | |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var figure in figures)
        {
            double? before = recorded?.Figures.TryGetValue(figure.Name, out var value) == true ? value : null;
            var remark = before is { } old && figure.IsMuchWorseThan(old) ? "worse" : figure.IsReached ? "" : "goal not reached";
            Console.WriteLine(
                $"| {figure.Name} | {(before is { } one ? Figure.Text(one) : "")} | {figure.ValueText} | {figure.GoalText} | {remark} |");
        }

        if (IsRecorded)
        {
            var now = new Baseline(
                DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                LoadRun.Machine,
                figures.ToDictionary(figure => figure.Name, figure => Math.Round(figure.Value, 3), StringComparer.Ordinal));
            await System.IO.File.WriteAllTextAsync(File, JsonSerializer.Serialize(now, Json) + "\n");
            Console.WriteLine();
            Console.WriteLine("These figures are now the baseline.");
        }
    }
}
