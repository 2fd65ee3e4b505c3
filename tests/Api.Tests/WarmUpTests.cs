using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using S3Auth.Api.WarmUp;

namespace S3Auth.Api.Tests;

/// <summary>The warm-up ends in time, whatever happens to it, and its private copy of the service grants nothing of worth.</summary>
public sealed class WarmUpTests
{
    // The machine may be busy.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly Mock<IServiceProvider> _service = new();
    private readonly ServiceWarmUp _state = new();
    private readonly LogEntries _log = new();

    [OneTimeTearDown]
    public void DisposeLog() => _log.Dispose();

    [Test]
    public async Task Service_is_not_ready_before_its_warm_up_ends()
    {
        // GetService blocks until the first assertion is done, so the warm-up cannot end earlier.
        var begun = new TaskCompletionSource();
        _service.Setup(service => service.GetService(It.IsAny<Type>())).Returns(() => NothingAfter(begun.Task));
        using var warmUp = Create(Options());
        var time = Stopwatch.StartNew();

        await warmUp.StartAsync(CancellationToken.None);
        Assert.That(_state.IsRunning, Is.True, "at the start");
        begun.SetResult();

        await Wait.UntilAsync(() => Task.FromResult(!_state.IsRunning), "the end of the warm-up");
        Assert.That(time.Elapsed, Is.LessThan(WarmUpService.MaxTime + Tolerance));
        await warmUp.ExecuteTask!;
        _service.Verify(service => service.GetService(It.Is<Type>(type => type.Name == "RedisLink")), "the warm-up did not look for Redis");
        await warmUp.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Warm_up_that_fails_is_logged_and_does_not_stop_the_service()
    {
        using var warmUp = Create(Options() with { CorsOrigins = null! });

        await warmUp.StartAsync(CancellationToken.None);
        await warmUp.ExecuteTask!;

        Assert.That(_state.IsRunning, Is.False);
        Assert.That(
            _log.AboveInformation.Select(entry => entry.Level), Is.EqualTo(new[] { LogLevel.Warning }), "one warning, and no failure");
    }

    [Test]
    public async Task Service_that_stops_ends_its_warm_up()
    {
        using var warmUp = Create(Options());
        await warmUp.StartAsync(CancellationToken.None);

        await warmUp.StopAsync(CancellationToken.None);

        Assert.That(warmUp.ExecuteTask, Has.Property(nameof(Task.IsCompleted)).True.And.Property(nameof(Task.IsFaulted)).False);
        Assert.That(_log.Text, Is.Empty);
    }

    [Test]
    public async Task Private_copy_accepts_only_its_own_hotkeys_and_signs_with_keys_that_no_store_knows()
    {
        using var requests = Requests();
        await using var copy = await StartCopyAsync(requests);
        using var http = new HttpClient { BaseAddress = new Uri(copy.Urls.Single()) };
        using var stranger = new ByteArrayContent(
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Service.FolderAccess()));
        stranger.Headers.ContentType = new("application/json");

        using var refused = await http.PostAsync(new Uri("/get-folder-access", UriKind.Relative), stranger);
        using var request = requests.NextFolderAccess();
        using var granted = await http.SendAsync(request);

        var grant = await granted.Content.ReadAsStringAsync();
        Assert.Multiple(() =>
        {
            Assert.That(http.BaseAddress.IsLoopback, Is.True);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), "a development account, whose keys are public");
            Assert.That(granted.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(grant, Does.Contain("http://warm-up.invalid").And.Not.Contain("s3auth-dev"));
        });
    }

    [Test]
    public async Task Each_kind_of_request_reaches_the_answer_for_which_it_is_sent()
    {
        using var requests = Requests();
        await using var copy = await StartCopyAsync(requests);
        using var http = new HttpClient { BaseAddress = new Uri(copy.Urls.Single()) };

        var answers = new HashSet<(string, HttpStatusCode)>();
        for (var i = 0; i < 30; i++)
        {
            using var request = requests.NextOfAnyKind();
            using var answer = await http.SendAsync(request);
            answers.Add((request.RequestUri!.AbsolutePath, answer.StatusCode));
        }

        Assert.That(answers, Is.EquivalentTo(new[]
        {
            ("/readyz", HttpStatusCode.OK),
            ("/get-validator-access", HttpStatusCode.OK),
            ("/get-file-presigned-urls", HttpStatusCode.OK),
            ("/get-folder-access", HttpStatusCode.OK),
            ("/get-folder-access", HttpStatusCode.Unauthorized),
        }));
    }

    [Test]
    public async Task Service_creates_tables_of_registered_hotkeys_and_its_private_copy_does_not()
    {
        using var requests = Requests();
        await using var copy = await StartCopyAsync(requests);
        await using var service = new Service();

        Assert.That(HostedBy(service.Services), Does.Contain("HotkeyPreparation"));
        Assert.That(HostedBy(copy.Services), Does.Not.Contain("HotkeyPreparation"));

        static IEnumerable<string> HostedBy(IServiceProvider services) =>
            services.GetServices<IHostedService>().Select(hosted => hosted.GetType().Name);
    }

    private static object? NothingAfter(Task task)
    {
        task.Wait(Tolerance);
        return null;
    }

    private WarmUpService Create(ServiceOptions options) => new(
        _service.Object, options, _state, TimeProvider.System, new LoggerFactory([_log]).CreateLogger<WarmUpService>());

    private static WarmUpRequests Requests() => new(Options().Layout, Options().Netuid, TimeProvider.System.GetUtcNow());

    private static async Task<WebApplication> StartCopyAsync(WarmUpRequests requests)
    {
        var copy = Composition.BuildPrivateCopy(Mock.Of<IServiceProvider>(), Options(), requests.Metagraph, requests.Folders);
        await copy.StartAsync();
        return copy;
    }

    private static ServiceOptions Options() => new ServiceOptionsReader(
        new ConfigurationBuilder().Build(),
        Mock.Of<IHostEnvironment>(host => host.EnvironmentName == Environments.Development)).Read();
}
