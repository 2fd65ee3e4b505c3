// Most cases wait for processes rather than for the processor: four fixtures fit on two cores.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]

namespace S3Auth.EndToEnd.Tests;

/// <summary>Servers and folders of one test run. Servers start at first use and stop at the end.</summary>
[SetUpFixture]
internal sealed class TestRun
{
    // The processes of tests live for seconds. The runtime's profiling for long-lived processes would only cost time, and so would the
    // short delay that the service sets for its warm-up. 64 is hexadecimal for the default, 100 ms.
    private static readonly (string Variable, string Value)[] RuntimeSettings =
    [
        ("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCountingDelayMs", "64"),
    ];

    private static TestRun? _current;

    private readonly ConcurrentBag<ScratchFolder> _folders = [];

    private readonly ConcurrentDictionary<(
        StoreKind Store, FolderLayoutKind Layout, DeploymentKind Kind), ConcurrentStack<Deployment>> _free = new();

    private readonly ConcurrentBag<Deployment> _deployments = [];

    private readonly ConcurrentDictionary<StoreKind, Lazy<Task<StoreTraits>>> _traits = new();

    public static TestRun Current => _current ?? throw new InvalidOperationException("The test run has not begun.");

    public Guard Guard { get; } = new();

    /// <summary>A client without proxy, cookies and redirects. Resolves names below localhost, which the C library does not.</summary>
    public HttpClient Http { get; } = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = ConnectAsync,
        })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    public RealStoreHost RealStore { get; } = new();

    public SwiftHost Swift { get; } = new();

    /// <summary>
    /// Lends a deployment to one fixture. Fixtures run in parallel, and some compare the whole bucket before and after a request, so no two
    /// have the same deployment at the same time. Starts a new one if all of this kind are in use.
    /// </summary>
    public async Task<Deployment> BorrowDeploymentAsync(StoreKind store, FolderLayoutKind layout, DeploymentKind kind)
    {
        if (FreeOf(store, layout, kind).TryPop(out var free))
        {
            return free;
        }

        var started = await Deployment.StartAsync(store, layout, kind);
        _deployments.Add(started);
        return started;
    }

    /// <summary>Takes a deployment back, for the next fixture of this kind.</summary>
    public void Return(Deployment deployment, StoreKind store, FolderLayoutKind layout, DeploymentKind kind) =>
        FreeOf(store, layout, kind).Push(deployment);

    /// <summary>What a store can do. The first call asks it, in this bucket.</summary>
    public Task<StoreTraits> TraitsOfAsync(StoreKind store, Bucket bucket, Bucket other) =>
        _traits.GetOrAdd(store, _ => new Lazy<Task<StoreTraits>>(() => StoreTraits.AskAsync(bucket, other))).Value;

    /// <summary>Creates a folder that lasts as long as the run.</summary>
    public string Scratch(string purpose)
    {
        var folder = new ScratchFolder(purpose);
        _folders.Add(folder);
        return folder.Path;
    }

    [OneTimeSetUp]
    public void Begin()
    {
        _current = this;
        foreach (var (variable, value) in RuntimeSettings)
        {
            Environment.SetEnvironmentVariable(variable, value);
        }

        if (RealStoreHost.WhyNot is null)
        {
            // Start it early, because it is slow. Tests that need it report a failure.
            _ = RealStore.GetAsync();
        }

        if (SwiftHost.WhyNot is null)
        {
            _ = Swift.GetAsync();
        }
    }

    [OneTimeTearDown]
    public async Task End()
    {
        try
        {
            foreach (var deployment in _deployments)
            {
                await deployment.DisposeAsync();
            }

            await RealStore.DisposeAsync();
            await Swift.DisposeAsync();
            foreach (var folder in _folders)
            {
                folder.Dispose();
            }
        }
        finally
        {
            Http.Dispose();
            Guard.Dispose();
        }

        _current = null;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var name = host.EndsWith(".localhost", StringComparison.Ordinal) ? "127.0.0.1" : host;
            await socket.ConnectAsync(name, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private ConcurrentStack<Deployment> FreeOf(StoreKind store, FolderLayoutKind layout, DeploymentKind kind) =>
        _free.GetOrAdd((store, layout, kind), _ => new ConcurrentStack<Deployment>());
}
