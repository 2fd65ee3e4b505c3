namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// The real S3 server of this test run, started at first use: the server named in the environment, else MinIO, else Ceph's object gateway.
/// </summary>
internal sealed class RealStoreHost : IAsyncDisposable
{
    private const string DefaultRegion = "us-east-2";

    private readonly Lazy<Task<(RealStore Store, IAsyncDisposable? Server)>> _start = new(StartAsync);

    /// <summary>The reason why no real server can be started, or null.</summary>
    public static string? WhyNot { get; } = Given("ENDPOINT") is not null || Tool.Find("minio") is not null || CephGateway.IsInstalled
        ? null
        : "Skipped because there is no real S3 server: install ceph-mon, ceph-osd, radosgw and ceph-common (Debian), put minio on "
            + "the PATH, "
            + "or set S3AUTH_TEST_S3_ENDPOINT, S3AUTH_TEST_S3_ACCESS_KEY and S3AUTH_TEST_S3_SECRET_KEY.";

    public async Task<RealStore> GetAsync() => (await _start.Value).Store;

    public async ValueTask DisposeAsync()
    {
        if (!_start.IsValueCreated)
        {
            return;
        }

        // A failed start has cleaned up, and the tests that needed the server have reported its error.
        await Task.WhenAny(_start.Value);
        if (_start.Value.IsCompletedSuccessfully && _start.Value.Result.Server is { } server)
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<(RealStore Store, IAsyncDisposable? Server)> StartAsync()
    {
        if (Given("ENDPOINT") is { } endpoint)
        {
            var keys = new AccessKeys(Needed("ACCESS_KEY"), Needed("SECRET_KEY"));
            return (
                new RealStore(
                    endpoint,
                    new Uri(endpoint),
                    Given("REGION") ?? DefaultRegion,
                    keys,
                    OtherKeys: null,
                    Given("ROLE_ARN") ?? "arn:aws:iam:::role/any",
                    IsOurs: false),
                null);
        }

        if (Tool.Find("minio") is { } minio)
        {
            var server = await MinioServer.StartAsync(minio, DefaultRegion);
            return (server.Store, server);
        }

        var gateway = await CephGateway.StartAsync(DefaultRegion);
        return (gateway.Store, gateway);
    }

    private static string? Given(string name) =>
        Environment.GetEnvironmentVariable("S3AUTH_TEST_S3_" + name) is { Length: > 0 } value ? value : null;

    private static string Needed(string name) => Given(name)
        ?? throw new InvalidOperationException($"S3AUTH_TEST_S3_ENDPOINT is set, so S3AUTH_TEST_S3_{name} must be set too.");
}
