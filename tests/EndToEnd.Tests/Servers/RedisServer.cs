namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A real Redis on loopback that keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string GivenVariable = "S3AUTH_TEST_REDIS_URL";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder _folder = new("redis");
    private ServerProcess? _process;

    private RedisServer(int port, string? given = null)
    {
        Port = port;
        Url = given ?? UrlOf(port);
    }

    /// <summary>True if redis-server is installed.</summary>
    public static bool IsInstalled { get; } = Tool.Find("redis-server") is not null;

    public int Port { get; }

    public string Url { get; }

    public static string UrlOf(int port) => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{port}");

    /// <summary>Returns the Redis named in the environment, or starts one. For tests that only use it.</summary>
    public static Task<RedisServer> ReachAsync() =>
        Environment.GetEnvironmentVariable(GivenVariable) is { Length: > 0 } given
            ? Task.FromResult(new RedisServer(0, given))
            : StartAsync();

    /// <summary>Starts a Redis for tests that stop it or put a proxy in front of it.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        if (!IsInstalled)
        {
            Assert.Ignore("Skipped because there is no redis-server on the PATH; install redis-server to run it.");
        }

        var server = new RedisServer(FreePort.Next());
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it empty.</summary>
    public async Task StartAgainAsync()
    {
        _process = new ServerProcess(
            "Redis",
            Tool.Find("redis-server")!,
            [
                "--port",
                Port.ToString(CultureInfo.InvariantCulture),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no",
            ],
            _folder.Path);
        await _process.WaitUntilAsync(
            async () =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", Port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            Patience);
    }

    /// <summary>Kills it, like a power cut.</summary>
    public async Task KillAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            await _process.DisposeAsync();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }
}
