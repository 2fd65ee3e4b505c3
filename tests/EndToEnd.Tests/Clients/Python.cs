namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Python with boto3 and requests, and scripts that read and write JSON.</summary>
internal sealed class Python
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // The machine's environment must not change servers or keys.
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["NO_PROXY"] = "*",
        ["AWS_CONFIG_FILE"] = "/nonexistent",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    private static readonly Lazy<Task<string?>> Interpreter = new(FindAsync);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    private readonly string _interpreter;

    private Python(string interpreter) => _interpreter = interpreter;

    /// <summary>The path of the interpreter.</summary>
    public string Path => _interpreter;

    /// <summary>Returns the machine's Python. Skips the test, with the reason, if boto3 or requests is missing.</summary>
    public static async Task<Python> NeedAsync()
    {
        if (await Interpreter.Value is { } interpreter)
        {
            return new Python(interpreter);
        }

        Assert.Ignore("Skipped because no Python here has boto3 and requests; install python3-boto3 and python3-requests (Debian).");
        throw new InvalidOperationException("Ignoring a test ends it.");
    }

    /// <summary>Runs a script with these arguments and returns its JSON.</summary>
    public async Task<JsonObject> RunAsync(string script, object arguments)
    {
        var result = await Tool.RunAsync(
            _interpreter,
            [System.IO.Path.Combine(StandIns, script)],
            JsonSerializer.Serialize(arguments, SnakeCase),
            Environment);
        return JsonNode.Parse(result.Expect())!.AsObject();
    }

    /// <summary>The folder with a fake <c>bittensor</c> module.</summary>
    public static string StandIns => System.IO.Path.Combine(AppContext.BaseDirectory, "Clients", "python");

    /// <summary>
    /// Installs the package <c>s3auth</c> with pip, as a reader of the guide does, and returns the folder. Skips the test, with the reason,
    /// if a module is missing.
    /// </summary>
    public async Task<string> InstallPackageAsync(params string[] modules)
    {
        foreach (var module in (string[])["pip", "setuptools", "wheel", .. modules])
        {
            if ((await Tool.RunAsync(_interpreter, ["-c", $"import {module}"])).ExitCode != 0)
            {
                Assert.Ignore($"Skipped because Python has no {module}; install python3-{module} (Debian).");
            }
        }

        return await Installed.Value;
    }

    /// <summary>The folder with the sources of the package <c>s3auth</c>.</summary>
    public static string Package => System.IO.Path.Combine(Repository.Root, "clients", "python", "src");

    /// <summary>Runs another program, with the given environment.</summary>
    public Task<ToolResult> RunProgramAsync(string program, IReadOnlyDictionary<string, string> environment, string folder) =>
        Tool.RunAsync(_interpreter, [program], environment: environment, folder: folder, limit: TimeSpan.FromMinutes(5));

    // setuptools writes into the folder of the sources, so it gets a copy.
    private static async Task<string> InstallAsync()
    {
        var folder = TestRun.Current.Scratch("python-package");
        var sources = System.IO.Path.GetDirectoryName(Package)!;
        foreach (var file in Directory.GetFiles(Package, "*", SearchOption.AllDirectories)
            .Concat(((string[])["pyproject.toml", "README.md", "LICENSE"]).Select(name => System.IO.Path.Combine(sources, name))))
        {
            var copy = System.IO.Path.Combine(folder, "sources", System.IO.Path.GetRelativePath(sources, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var installed = System.IO.Path.Combine(folder, "installed");
        string[] arguments =
        [
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation",
            "--target", installed, System.IO.Path.Combine(folder, "sources"),
        ];
        (await Tool.RunAsync((await Interpreter.Value)!, arguments, limit: TimeSpan.FromMinutes(2))).Expect();
        return installed;
    }

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
