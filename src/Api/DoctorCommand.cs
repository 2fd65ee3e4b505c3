using System.Text.Json;

namespace S3Auth.Api;

/// <summary>
/// <c>S3Auth.Api doctor</c>: checks the settings and the object store without starting the service, and says what each finding means and
/// what to do. The output contains no secret, so an operator can paste it into a bug report.
/// </summary>
internal static class DoctorCommand
{
    /// <summary>The first argument that runs this command instead of the service.</summary>
    internal const string Argument = "doctor";

    private const string JsonOption = "--json";
    private const string Settings = "settings";
    private const int NameWidth = 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the checks. Writes one line for each, or a JSON document.</summary>
    /// <param name="args"><c>--json</c>, and settings such as <c>--S3_BUCKET=name</c>.</param>
    /// <param name="output">Receives the report.</param>
    /// <returns>The exit code: 0 if no check failed, 1 if one did, 2 for an unknown argument.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        if (Array.Find(args, argument => argument != JsonOption && !IsSetting(argument)) is { } unknown)
        {
            await output.WriteLineAsync($"Unknown argument {unknown}. Usage: S3Auth.Api doctor [--json] [--SETTING=value]...");
            return 2;
        }

        var asJson = args.Contains(JsonOption, StringComparer.Ordinal);
        var reader = ServiceOptionsReader.OfThisProcess([.. args.Where(argument => argument != JsonOption)], out var variables);
        var report = await ExamineAsync(reader, variables);
        await output.WriteLineAsync(asJson ? ToJson(report) : ToText(report));
        return report.HasFailures ? 1 : 0;
    }

    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.Contains('=', StringComparison.Ordinal);

    private static async Task<StoreReport> ExamineAsync(ServiceOptionsReader reader, IReadOnlyList<string> variables)
    {
        var store = await Composition.ExamineStoreAsync(reader) ?? new StoreReport([], new StoreCapabilities());
        return store with { Checks = [.. CheckSettings(reader, variables), .. store.Checks] };
    }

    private static List<StoreCheck> CheckSettings(ServiceOptionsReader reader, IReadOnlyList<string> variables)
    {
        List<StoreCheck> lines = [];
        try
        {
            reader.Read();
        }
        catch (ConfigurationException)
        {
            lines.AddRange(reader.Problems.Select(problem => new StoreCheck(Settings, StoreCheckResult.Fail, problem)));
        }

        lines.AddRange(
            UnknownSettings.Describe(variables).Select(problem => new StoreCheck(Settings, StoreCheckResult.Warn, $"{problem}.")));
        if (lines.Count == 0)
        {
            lines.Add(new StoreCheck(Settings, StoreCheckResult.Ok, "All settings can be used."));
        }

        return lines;
    }

    private static string ToText(StoreReport report)
    {
        var indent = new string(' ', NameWidth + 9);
        var lines = report.Checks.Select(check =>
            $"{check.Result.ToName(),-7}  {check.Name.PadRight(NameWidth)}{check.Finding}"
            + (check.Advice is null ? "" : $"{Environment.NewLine}{indent}{check.Advice}"));
        var counts = Enum.GetValues<StoreCheckResult>().Select(result =>
            string.Create(CultureInfo.InvariantCulture, $"{report.Checks.Count(check => check.Result == result)} {result.ToName()}"));
        return $"{string.Join(Environment.NewLine, lines)}{Environment.NewLine}{string.Join(", ", counts)}";
    }

    private static string ToJson(StoreReport report) => JsonSerializer.Serialize(
        new
        {
            Version = ServiceVersion.Text,
            Checks = report.Checks.Select(check => new { check.Name, Result = check.Result.ToName(), check.Finding, check.Advice }),
            Capabilities = CapabilityHealth.Of(report.Capabilities),
        },
        Json);
}
