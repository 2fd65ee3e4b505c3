namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// OpenStack Swift with its S3 API, as <c>deploy/try/swift.sh</c> starts it: a real S3 server without POST uploads. Its HTTP server reads
/// underscores in header names as hyphens and trusts a stated length beside chunks, so a presigned PUT is not safe.
/// </summary>
internal sealed class SwiftServer : IAsyncDisposable
{
    private static readonly string[] Programs =
        ["swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server", "swift-ring-builder", "memcached"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ScratchFolder _folder = new("swift");

    private SwiftServer(int port) => Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>The reason why it cannot be started, or null.</summary>
    public static string? WhyNot { get; } = Array.TrueForAll(Programs, program => Tool.Find(program) is not null)
        ? null
        : "Skipped because Swift is not here: install swift-proxy, swift-account, swift-container, swift-object and memcached "
            + "(Debian) to run it.";

    public Uri Endpoint { get; }

    public static string Region => "us-east-2";

    /// <summary>The bucket that the start script creates.</summary>
    public static string Bucket => "s3auth";

    public AccessKeys Keys { get; private set; } = new("", "");

    private static string Script => Path.Combine(Repository.Root, "deploy", "try", "swift.sh");

    // The script creates and removes this folder.
    private string Folder => Path.Combine(_folder.Path, "swift");

    public static async Task<SwiftServer> StartAsync()
    {
        // The script uses this port and the four after it.
        var server = new SwiftServer(FreePort.Next(count: 5));
        try
        {
            await server.RunAsync("start", server.Endpoint.Port.ToString(CultureInfo.InvariantCulture));
            var lines = await File.ReadAllTextAsync(Path.Combine(server.Folder, "env"));
            var values = lines.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(
                word => word.Contains('=', StringComparison.Ordinal))
                .Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
            server.Keys = new AccessKeys(values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
        {
            await RunAsync("stop");
        }

        _folder.Dispose();
    }

    private async Task RunAsync(params string[] arguments) =>
        (await Tool.RunAsync(Script, [arguments[0], Folder, .. arguments[1..]], limit: Patience)).Expect();
}
