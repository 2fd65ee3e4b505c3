namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// The server as an operator runs it: the built program in its own process, configured by environment variables.
/// </summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    /// <summary>The bucket and the keys of the embedded store.</summary>
    public const string EmbeddedBucket = "s3auth-dev";

    public const string EmbeddedRegion = "us-east-2";

    public static readonly AccessKeys EmbeddedKeys = new("s3auth-dev", "s3auth-dev-secret");

    // Variables that the machine's environment must not set.
    internal static readonly string[] OwnVariables =
    [
        "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "PUBLIC_URL", "AUDIENCES", "REQUIRE_AUDIENCE",
        "LISTING_REDIRECT", "SEAL_KEY", "SESSION_CREDENTIALS", "STS_ROLE_ARN", "STS_ENDPOINT", "SESSION_MAX_SECONDS",
        "BT_NETWORK", "NET_UID", "METAGRAPH_FILE",
        "METAGRAPH_SYNC_INTERVAL", "METAGRAPH_MAX_STALENESS", "METAGRAPH_HEAD", "NODES_THAT_AGREE", "MIN_VALIDATOR_STAKE",
        "S3_BUCKET", "S3_REGION", "S3_ENDPOINT", "S3_PUBLIC_ENDPOINT", "S3_ADDRESSING", "UPLOAD_METHOD", "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY", "EMBEDDED_STORE_AS",
        "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "FOLDER_LAYOUT", "SOURCES", "REDIS_URL",
        "REDIS_REQUIRED",
        "TIMESTAMP_MAX_AGE", "TIMESTAMP_MAX_AHEAD", "TRUSTED_PROXIES", "CORS_ORIGINS", "METRICS_TOKEN", "MAX_CONNECTIONS", "AUDIT_DIR",
        "OTEL_EXPORTER_OTLP_ENDPOINT", "DATA_DIR", "LOG_LEVEL", "WARM_UP",
        "LISTING_CACHE_SECONDS", "LISTING_TIMEOUT", "MIN_FILE_BYTES", "MAX_FILE_BYTES", "ACCESS_FILE", "READERS",
        "AWS_CREDENTIAL_EXPIRATION", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    ];

    /// <summary>Placeholder in settings for the port of the service.</summary>
    internal const string PortPlaceholder = "{port}";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ServerProcess _process;

    private ApiProcess(ServerProcess process, int port, int storePort)
    {
        _process = process;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        EmbeddedStore = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{storePort}"));
        Client = new ServiceClient(Address);
    }

    public Uri Address { get; }

    /// <summary>The address of the embedded store, if used.</summary>
    public Uri EmbeddedStore { get; }

    public ServiceClient Client { get; }

    /// <summary>Starts it with development defaults on a data folder, and waits until it is ready.</summary>
    public static Task<ApiProcess> StartDevelopmentAsync(string dataFolder, IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync(
            new Dictionary<string, string>(settings ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["DATA_DIR"] = dataFolder,
            });

    /// <summary>The same for a bucket of a real store, with temporary credentials for its miners and validators.</summary>
    public static Dictionary<string, string> SettingsWithSessions(RealStore store, string metagraphFile, string bucket, string dataFolder)
    {
        var settings = ProductionSettings(
            metagraphFile, store.Endpoint.GetLeftPart(UriPartial.Authority), bucket, store.Region, dataFolder, store.Keys);
        settings["SESSION_CREDENTIALS"] = "sts";
        settings["STS_ROLE_ARN"] = store.SessionRoleArn;
        return settings;
    }

    /// <summary>Settings of a production deployment: a metagraph file, a bucket, and its keys unless they are temporary.</summary>
    public static Dictionary<string, string> ProductionSettings(
        string metagraphFile, string endpoint, string bucket, string region, string dataFolder, AccessKeys? keys)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["BT_NETWORK"] = "static",
            ["METAGRAPH_FILE"] = metagraphFile,
            ["S3_ENDPOINT"] = endpoint,
            ["S3_BUCKET"] = bucket,
            ["S3_REGION"] = region,
            ["DATA_DIR"] = dataFolder,
        };
        if (keys is not null)
        {
            settings["AWS_ACCESS_KEY_ID"] = keys.Id;
            settings["AWS_SECRET_ACCESS_KEY"] = keys.Secret;
        }

        return settings;
    }

    /// <summary>Starts it with these settings and free ports, and waits until it is ready.</summary>
    public static Task<ApiProcess> StartAsync(IReadOnlyDictionary<string, string> settings) => StartAsync(settings, "/readyz");

    /// <summary>Starts it with these settings and free ports, and waits until it listens, ready or not.</summary>
    public static Task<ApiProcess> StartUnreadyAsync(IReadOnlyDictionary<string, string> settings) => StartAsync(settings, "/healthz");

    /// <summary>Waits until it is ready.</summary>
    public Task WaitUntilReadyAsync() => WaitForAsync("/readyz");

    /// <summary>
    /// Starts it with settings that it must refuse, or with the arguments of a command that ends. Returns its exit code and output.
    /// </summary>
    public static async Task<ToolResult> RunToItsEndAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var api = Launch(settings, arguments);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await api._process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("The service was expected to refuse to start, but it runs.");
        }

        return new ToolResult(api._process.ExitCode, string.Join('\n', api._process.Output), string.Join('\n', api._process.Errors));
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Everything logged so far.</summary>
    public IReadOnlyList<LogEntry> ReadLog() => [.. _process.Output.Select(LogEntry.Parse), .. _process.Errors.Select(LogEntry.Parse)];

    /// <summary>Waits until an entry of the log contains the text. The output of the process arrives late.</summary>
    public Task UntilLoggedAsync(string text) =>
        Wait.UntilAsync(() => ReadLog().Any(entry => entry.Text.Contains(text, StringComparison.Ordinal)), $"It does not log '{text}'.");

    /// <summary>Stops it with SIGTERM.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Kills it.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Starts it with another command, and waits until it is ready.</summary>
    public static Task<ApiProcess> StartAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> settings) =>
        StartAsync(settings, "/readyz", command);

    private static async Task<ApiProcess> StartAsync(
        IReadOnlyDictionary<string, string> settings, string awaited, IReadOnlyList<string>? command = null)
    {
        var api = command is null ? Launch(settings) : Launch(command, Path.GetTempPath(), settings);
        try
        {
            await api.WaitForAsync(awaited);
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }

        return api;
    }

    private Task WaitForAsync(string path) =>
        _process.WaitUntilAsync(async () => (await Client.GetAsync(path)).Status == HttpStatusCode.OK, Patience);

    private static ApiProcess Launch(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var folder = Repository.OutputOf("Api");
        var program = Path.Combine(folder, "S3Auth.Api.dll");
        Assert.That(program, Does.Exist, "The service must be built in the same configuration as its tests.");

        var host = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own).Equals(
            "dotnet", StringComparison.OrdinalIgnoreCase)
            ? own
            : Tool.Find("dotnet") ?? throw new InvalidOperationException("There is no dotnet on the PATH.");
        return Launch([host, program, .. arguments], folder, settings);
    }

    private static ApiProcess Launch(IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> settings)
    {
        var (port, storePort) = (FreePort.Next(), FreePort.Next());
        var environment = OwnVariables.ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["EMBEDDED_STORE_PORT"] = storePort.ToString(CultureInfo.InvariantCulture);
        environment["Logging__Console__FormatterName"] = "json";

        // No limits, except in tests of limits.
        environment["RATE_LIMIT_PER_MINUTE"] = "1000000";
        environment["REQUESTS_IN_FLIGHT_PER_HOTKEY"] = "1000000";
        foreach (var limit in new[]
        {
            "DAILY_LIMIT_PER_MINER", "DAILY_FILES_PER_MINER", "DAILY_LIMIT_PER_VALIDATOR", "TOTAL_DAILY_LIMIT",
        })
        {
            environment[limit] = "1000000000";
        }

        // The service warns of a limit that has no effect.
        if (settings.ContainsKey("SESSION_CREDENTIALS"))
        {
            environment["DAILY_SESSIONS_PER_HOTKEY"] = "1000000000";
        }

        environment["DRAIN_SECONDS"] = "0";
        environment["WARM_UP"] = "false";
        foreach (var (name, value) in settings)
        {
            environment[name] = value.Replace(PortPlaceholder, environment["PORT"], StringComparison.Ordinal);
        }

        return new ApiProcess(new ServerProcess("The service", command[0], command.Skip(1), folder, environment), port, storePort);
    }
}
