namespace S3Auth.EndToEnd.Tests;

/// <summary>What all tests of one run share: the servers, started when first needed and stopped at the end.</summary>
[SetUpFixture]
internal sealed class TestRun
{
    private static TestRun? _current;

    private readonly ConcurrentBag<ScratchFolder> _folders = [];

    private readonly ConcurrentDictionary<(StoreKind Store, FolderLayoutKind Layout, DeploymentKind Kind), Lazy<Task<Deployment>>> _deployments = new();

    public static TestRun Current => _current ?? throw new InvalidOperationException("The test run has not begun.");

    public Guard Guard { get; } = new();

    /// <summary>Sends what it is told and nothing else: no proxy, no cookies, no redirects.</summary>
    public HttpClient Http { get; } = new(
        new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    public RealStoreHost RealStore { get; } = new();

    /// <summary>The service with that store and that layout, the same one for all tests of the run that need this kind.</summary>
    public Task<Deployment> DeploymentAsync(StoreKind store, FolderLayoutKind layout, DeploymentKind kind) => _deployments
        .GetOrAdd((store, layout, kind), _ => new Lazy<Task<Deployment>>(() => Deployment.StartAsync(store, layout, kind)))
        .Value;

    /// <summary>A folder that lasts as long as the run.</summary>
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
        if (RealStoreHost.WhyNot is null)
        {
            // It takes its time: the first tests do not need it. A failure shows in those that do.
            _ = RealStore.GetAsync();
        }
    }

    [OneTimeTearDown]
    public async Task End()
    {
        try
        {
            foreach (var deployment in _deployments.Values)
            {
                if (deployment.Value.IsCompletedSuccessfully)
                {
                    await (await deployment.Value).DisposeAsync();
                }
            }

            await RealStore.DisposeAsync();
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
}
