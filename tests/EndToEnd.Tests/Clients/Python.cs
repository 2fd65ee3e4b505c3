namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A Python that has boto3 and requests, and the scripts beside these tests. They read JSON and answer with JSON.</summary>
internal sealed class Python
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // Nothing from the machine may change whom the clients talk to, or with which keys.
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["NO_PROXY"] = "*",
        ["AWS_CONFIG_FILE"] = "/nonexistent",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    private static readonly Lazy<Task<string?>> Interpreter = new(FindAsync);

    private readonly string _interpreter;

    private Python(string interpreter) => _interpreter = interpreter;

    /// <summary>The machine's Python; without one that has what is needed, the test is ignored and says why.</summary>
    public static async Task<Python> NeedAsync()
    {
        if (await Interpreter.Value is { } interpreter)
        {
            return new Python(interpreter);
        }

        Assert.Ignore("Skipped because no Python here has boto3 and requests; install python3-boto3 and python3-requests (Debian).");
        throw new InvalidOperationException("Ignoring a test ends it.");
    }

    /// <summary>Runs a script with these arguments. Returns its answer.</summary>
    public async Task<JsonObject> RunAsync(string script, object arguments)
    {
        var result = await Tool.RunAsync(
            _interpreter,
            [Path.Combine(StandIns, script)],
            JsonSerializer.Serialize(arguments, SnakeCase),
            Environment);
        return JsonNode.Parse(result.Expect())!.AsObject();
    }

    /// <summary>Where <c>import bittensor</c> finds what stands in for it.</summary>
    public static string StandIns => Path.Combine(AppContext.BaseDirectory, "Clients", "python");

    /// <summary>Runs a program that is not one of these scripts, in an environment of its own.</summary>
    public Task<ToolResult> RunProgramAsync(string program, IReadOnlyDictionary<string, string> environment, string folder) =>
        Tool.RunAsync(_interpreter, [program], environment: environment, folder: folder, limit: TimeSpan.FromMinutes(3));

    private static async Task<string?> FindAsync()
    {
        foreach (var candidate in (string?[])["/usr/bin/python3", Tool.Find("python3"), Tool.Find("python")])
        {
            if (candidate is not null && File.Exists(candidate)
                && (await Tool.RunAsync(candidate, ["-c", "import boto3, requests, urllib3"])).ExitCode == 0)
            {
                return candidate;
            }
        }

        return null;
    }
}
