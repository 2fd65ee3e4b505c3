namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A MinIO server on loopback with a data folder of its own.</summary>
internal sealed class MinioServer : IAsyncDisposable
{
    private readonly ScratchFolder _folder;
    private readonly ServerProcess _server;

    private MinioServer(RealStore store, ScratchFolder folder, ServerProcess server)
    {
        Store = store;
        _folder = folder;
        _server = server;
    }

    public RealStore Store { get; }

    public static async Task<MinioServer> StartAsync(string program, string region)
    {
        var folder = new ScratchFolder("minio");
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
        var console = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
        var keys = new AccessKeys("e2e-operator", "e2e-operator-secret");
        var server = new ServerProcess(
            "MinIO",
            program,
            ["server", folder.Sub("data"), "--address", address, "--console-address", console],
            folder.Path,
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["MINIO_ROOT_USER"] = keys.Id,
                ["MINIO_ROOT_PASSWORD"] = keys.Secret,
                ["MINIO_REGION"] = region,
            });
        var endpoint = new Uri("http://" + address);
        try
        {
            await server.WaitUntilAsync(
                async () =>
                {
                    using var answer = await TestRun.Current.Http.GetAsync(new Uri(endpoint, "/minio/health/ready"));
                    return answer.IsSuccessStatusCode;
                },
                TimeSpan.FromMinutes(2));
        }
        catch
        {
            await server.DisposeAsync();
            folder.Dispose();
            throw;
        }

        return new MinioServer(
            new RealStore("MinIO", endpoint, region, keys, OtherKeys: null, RoleArn: "arn:minio:iam:::role/any", IsOurs: true),
            folder,
            server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
