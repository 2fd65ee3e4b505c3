using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using S3Auth.DevelopmentStore;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class EmbeddedStoreTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("s3auth-store-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Store_does_not_start_in_production_and_creates_no_file()
    {
        var data = Path.Combine(_folder, "data");
        await using var store = Create(RunningStore.OptionsFor(data), Environments.Production);

        var refused = Assert.ThrowsAsync<InvalidOperationException>(() => store.StartAsync(CancellationToken.None));

        Assert.That(refused!.Message, Does.Contain("Production").And.Contain("development"));
        Assert.That(Directory.Exists(data), Is.False);
        Assert.Throws<InvalidOperationException>(() => _ = store.Endpoint);
    }

    [Test]
    public async Task Store_reports_all_invalid_settings_at_once_without_the_secret()
    {
        var options = new EmbeddedStoreOptions
        {
            Port = 70000, BindAddress = "nowhere", DataFolder = " ", Bucket = "../x", Region = "", AccessKey = "a/b", SecretKey = "short",
        };
        await using var store = Create(options, Environments.Development);

        var refused = Assert.ThrowsAsync<InvalidOperationException>(() => store.StartAsync(CancellationToken.None));

        foreach (var name in new[] { "Port", "BindAddress", "DataFolder", "Bucket", "Region", "AccessKey", "SecretKey" })
        {
            Assert.That(refused!.Message, Does.Contain(name + " must"));
        }

        Assert.That(refused!.Message + options, Does.Not.Contain("short"));
    }

    [Test]
    public async Task WebApplicationFactory_does_not_capture_the_host_of_the_store()
    {
        var waiting = new AsyncLocal<bool>();
        var taken = 0;

        // Like WebApplicationFactory, which captures hosts that are built in its execution context.
        using var all = DiagnosticListener.AllListeners.Subscribe(new Watching<DiagnosticListener>(source =>
        {
            if (source.Name == "Microsoft.Extensions.Hosting")
            {
                source.Subscribe(new Watching<KeyValuePair<string, object?>>(_ => taken += waiting.Value ? 1 : 0));
            }
        }));
        waiting.Value = true;
        using var other = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings()).Build();
        var before = taken;

        await using var store = Create(RunningStore.OptionsFor(_folder), Environments.Development);
        await store.StartAsync(CancellationToken.None);

        Assert.That((before > 0, taken), Is.EqualTo((true, before)));
    }

    [TestCase("ab")]
    [TestCase("-abc")]
    [TestCase("abc-")]
    [TestCase("a..b")]
    [TestCase("Abc")]
    [TestCase("a/b")]
    [TestCase("a_b")]
    public void Invalid_bucket_name_is_refused(string bucket) =>
        Assert.That((RunningStore.OptionsFor(_folder) with { Bucket = bucket }).Problems(), Has.Count.EqualTo(1));

    [Test]
    public async Task Store_runs_as_a_hosted_service_independent_of_the_hosts_configuration()
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", "http://127.0.0.1:1");
        try
        {
            var builder = Host.CreateApplicationBuilder(["--urls", "http://127.0.0.1:2", "--environment", "Development"]);
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton(RunningStore.OptionsFor(_folder) with { Port = FreePort.Next() });
            builder.Services.AddSingleton<EmbeddedStore>();
            builder.Services.AddHostedService(services => services.GetRequiredService<EmbeddedStore>());
            using var host = builder.Build();
            await host.StartAsync();

            var endpoint = host.Services.GetRequiredService<EmbeddedStore>().Endpoint;
            Assert.That(endpoint.Port, Is.GreaterThan(2));
            using var client = new HttpClient();
            using var answer = await client.GetAsync(endpoint);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(answer.Headers.Contains("Server"), Is.False);

            await host.StopAsync();
            Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(endpoint));
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_URLS", null);
        }
    }

    [Test]
    public async Task Store_refuses_a_folder_that_another_store_uses()
    {
        await using var first = Create(RunningStore.OptionsFor(_folder), Environments.Development);
        await first.StartAsync(CancellationToken.None);
        await using var second = Create(RunningStore.OptionsFor(_folder), Environments.Development);

        Assert.That(() => second.StartAsync(CancellationToken.None), Throws.InstanceOf<IOException>().With.Message.Contains("in use"));
    }

    [Test]
    public async Task Store_releases_its_folder_if_its_port_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var first = Create(
            RunningStore.OptionsFor(_folder) with { Port = ((IPEndPoint)taken.LocalEndpoint).Port },
            Environments.Development);
        Assert.That(() => first.StartAsync(CancellationToken.None), Throws.InstanceOf<IOException>());

        await using var second = Create(RunningStore.OptionsFor(_folder), Environments.Development);
        Assert.DoesNotThrowAsync(() => second.StartAsync(CancellationToken.None));
    }

    private static EmbeddedStore Create(EmbeddedStoreOptions options, string environment) =>
        new(options, RunningStore.Environment(environment), TimeProvider.System, NullLoggerFactory.Instance);

    private sealed class Watching<T>(Action<T> onNext) : IObserver<T>
    {
        public void OnNext(T value) => onNext(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
