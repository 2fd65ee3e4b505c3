namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>The OpenStack Swift of this test run, bare and behind nginx, started at first use.</summary>
internal sealed class SwiftHost : IAsyncDisposable
{
    private readonly Lazy<Task<(SwiftServer Server, StoreProxy Proxy)>> _start = new(StartAsync);

    /// <summary>The reason why it cannot be started, or null.</summary>
    public static string? WhyNot { get; } = SwiftServer.WhyNot ?? StoreProxy.WhyNot;

    /// <summary>Swift behind nginx, as a careful operator has it.</summary>
    public async Task<RealStore> GetAsync() => Describe("Swift behind nginx", await _start.Value, bare: false);

    /// <summary>The same Swift itself, whose HTTP server makes presigned PUTs unsafe.</summary>
    public async Task<RealStore> GetBareAsync() => Describe("Swift", await _start.Value, bare: true);

    public async ValueTask DisposeAsync()
    {
        if (!_start.IsValueCreated)
        {
            return;
        }

        // A failed start has cleaned up, and the tests that needed the server have reported its error.
        await Task.WhenAny(_start.Value);
        if (_start.Value.IsCompletedSuccessfully)
        {
            await _start.Value.Result.Proxy.DisposeAsync();
            await _start.Value.Result.Server.DisposeAsync();
        }
    }

    private static RealStore Describe(string name, (SwiftServer Server, StoreProxy Proxy) swift, bool bare) => new(
        name,
        bare ? swift.Server.Endpoint : swift.Proxy.Endpoint,
        SwiftServer.Region,
        swift.Server.Keys,
        OtherKeys: null,
        RoleArn: "",
        IsOurs: true);

    private static async Task<(SwiftServer Server, StoreProxy Proxy)> StartAsync()
    {
        var server = await SwiftServer.StartAsync();
        try
        {
            return (server, await StoreProxy.StartAsync(server.Endpoint));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
