using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using S3Auth.DevelopmentStore;

namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>The probes find the same at the embedded store as at the store that it imitates.</summary>
public sealed class EmbeddedStoreProbeTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("s3auth-probe-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("aws", BarredHeaders.None, true)]
    [TestCase("r2", BarredHeaders.None, false)]
    [TestCase("ceph", BarredHeaders.LeftOut, true)]
    public async Task Puts_are_safe_and_forms_are_found(string name, BarredHeaders barred, bool takesForms)
    {
        await using var store = await StartAsync(name);
        var options = Options(store);
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));

        var route = new StoreEndpoints(options).Current;
        var put = await new PutProbe(options, PutProbeTests.Layout, TimeProvider.System)
            .AskAsync(http, route.ClientSigner, options.Credentials!, CancellationToken.None);
        var parts = await new PutProbe(options, PutProbeTests.Layout, TimeProvider.System)
            .AskPartsAsync(http, route, options.Credentials!, CancellationToken.None);
        var form = await new FormProbe(PutProbeTests.Layout, TimeProvider.System)
            .AskAsync(http, route, toClients: true, options.Credentials!, CancellationToken.None);

        Assert.That(put, Is.EqualTo(new PutFinding(PutUploads.Safe, barred, EnforcesSizes: true)));
        Assert.That(parts, Is.EqualTo(new PutFinding(PutUploads.Safe, barred)));
        Assert.That(form.IsSupported, Is.EqualTo(takesForms), form.Problem);
        Assert.That(
            Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
            Is.EqualTo(["store.lock"]),
            "The probes leave nothing behind.");
    }

    private static StorageOptions Options(Embedded store) => new()
    {
        Bucket = store.Options.Bucket,
        Region = store.Options.Region,
        Endpoint = store.Store.Endpoint,
        Credentials = new SigningCredentials(store.Options.AccessKey, store.Options.SecretKey),
    };

    private async Task<Embedded> StartAsync(string name)
    {
        var options = new EmbeddedStoreOptions
        {
            Port = 0,
            DataFolder = _folder,
            AccessKey = "test-access-key",
            SecretKey = "test-secret-key",
            Behaviour = StoreBehaviour.All.Single(behaviour => behaviour.Name == name),
        };
        var environment = Mock.Of<IHostEnvironment>(host => host.EnvironmentName == Environments.Development);
        var store = new EmbeddedStore(options, environment, TimeProvider.System, NullLoggerFactory.Instance);
        await store.StartAsync(CancellationToken.None);
        return new Embedded(store, options);
    }

    private sealed record Embedded(EmbeddedStore Store, EmbeddedStoreOptions Options) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Store.StopAsync(CancellationToken.None);
    }
}
