using Moq;

namespace S3Auth.Infrastructure.Tests.Storage;

/// <summary>When the running server examines the store, and what it adds to the health.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StoreReporterTests
{
    private static readonly StoreCheck Fine = new("region", StoreCheckResult.Ok, "Fine.");
    private static readonly StoreCheck Bad = new("public_access", StoreCheckResult.Fail, "Anyone can read.");

    private readonly Mock<IStoreDoctor> _doctor = new();
    private readonly TestTime _time = new();
    private readonly StoreState _state = new();
    private readonly Log _log = new();
    private StoreReporter _reporter = null!;
    private ILoggerFactory _loggers = null!;
    private int _examinations;
    private Func<StoreReport> _report = () => new StoreReport([Fine], new StoreCapabilities { Multipart = true });

    [SetUp]
    public void Create()
    {
        _examinations = 0;
        _doctor.Setup(doctor => doctor.ExamineAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            Interlocked.Increment(ref _examinations);
            return Task.FromResult(_report());
        });
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        _reporter = new StoreReporter(_doctor.Object, _state, _time, _loggers.CreateLogger<StoreReporter>());
    }

    [TearDown]
    public async Task Stop()
    {
        await _reporter.StopAsync(CancellationToken.None);
        _reporter.Dispose();
        _loggers.Dispose();
    }

    [Test]
    public async Task Store_is_examined_only_on_request()
    {
        await _reporter.StartAsync(CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromHours(2));
        Assert.That(_examinations, Is.Zero);

        _state.RequestReport();
        await UntilAsync(() => _state.Current.Checks.Count > 0);

        Assert.That(_state.Current.Checks, Is.EqualTo([Fine]));
        Assert.That(_state.Current.Capabilities.Multipart, Is.True);
        await AdvanceAsync(TimeSpan.FromHours(2));
        Assert.That(_examinations, Is.EqualTo(1));
    }

    [Test]
    public async Task Store_with_a_failure_is_examined_again_until_there_is_none()
    {
        _report = () => new StoreReport([Bad], new StoreCapabilities());
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await UntilAsync(() => _state.Current.Checks.Contains(Bad));
        await Wait.UntilAsync(() => _time.HasWaitingTask);
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1));

        await AdvanceAsync(StoreReporter.FailureInterval - TimeSpan.FromMinutes(1));
        Assert.That(_examinations, Is.EqualTo(1));
        await UntilAsync(() => _examinations > 1, atMost: StoreReporter.FailureInterval);
        await Wait.UntilAsync(() => _time.HasWaitingTask);
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1), "It is logged once.");

        _report = () => new StoreReport([Fine], new StoreCapabilities());
        await UntilAsync(() => _state.Current.Checks.Contains(Fine));
        var last = _examinations;
        await AdvanceAsync(StoreReporter.FailureInterval * 3);
        Assert.That(_examinations, Is.EqualTo(last));
    }

    [Test]
    public async Task Newer_findings_of_the_monitor_stay()
    {
        _state.Update(findings => findings with
        {
            UploadMethod = UploadMethod.Put,
            Capabilities = new StoreCapabilities
            {
                Addressing = S3Addressing.Virtual,
                PostForms = false,
                PutUploads = PutUploads.Unsafe,
                PutSizesEnforced = false,
                PartUploads = PutUploads.Safe,
                PartHeaderGuard = BarredHeaders.LeftOut,
            },
        });
        _report = () => new StoreReport(
            [Fine],
            new StoreCapabilities
            {
                PostForms = true,
                PutUploads = PutUploads.Safe,
                HeaderGuard = BarredHeaders.Empty,
                PutSizesEnforced = true,
                PartUploads = PutUploads.Unsafe,
                Checksums = true,
            });
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await UntilAsync(() => _state.Current.Checks.Count > 0);

        Assert.That(
            _state.Current.Capabilities,
            Is.EqualTo(new StoreCapabilities
            {
                Addressing = S3Addressing.Virtual,
                PostForms = false,
                PutUploads = PutUploads.Unsafe,
                PutSizesEnforced = false,
                PartUploads = PutUploads.Safe,
                PartHeaderGuard = BarredHeaders.LeftOut,
                Checksums = true,
            }));
    }

    [Test]
    public async Task Examinations_are_at_least_a_minute_apart()
    {
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await Wait.UntilAsync(() => _state.Current.Checks.Count > 0);

        _state.RequestReport();
        await Task.Delay(100);
        Assert.That(_examinations, Is.EqualTo(1));

        await UntilAsync(() => _examinations == 2);
    }

    [Test]
    public async Task Examination_that_throws_does_not_end_the_service()
    {
        _report = () => throw new InvalidOperationException("A bug.");
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await UntilAsync(() => _log.Count(LogLevel.Warning) == 1);

        _report = () => new StoreReport([Fine], new StoreCapabilities());
        await UntilAsync(() => _state.Current.Checks.Count > 0);
    }

    [Test]
    public async Task Store_that_does_not_answer_one_examination_keeps_its_capabilities_and_is_examined_again_soon()
    {
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await UntilAsync(() => _state.Current.Capabilities.Multipart is true);

        var fine = _report;
        _report = () => new StoreReport([Bad], new StoreCapabilities()) { IsComplete = false };
        _state.RequestReport();
        await UntilAsync(() => _state.Current.Checks.Contains(Bad));
        Assert.That(_state.Current.Capabilities.Multipart, Is.True);

        _report = fine;
        await UntilAsync(() => _state.Current.Checks.SequenceEqual([Fine]), atMost: TimeSpan.FromMinutes(5));
    }

    [Test]
    public async Task Report_does_not_decide_about_forms()
    {
        _report = () => new StoreReport([Fine], new StoreCapabilities { PostForms = false });
        await _reporter.StartAsync(CancellationToken.None);
        _state.RequestReport();
        await UntilAsync(() => _state.Current.Checks.Count > 0);

        Assert.That(_state.Current.Capabilities.PostForms, Is.Null, "One answer must not stop the grants.");
    }

    // Small steps, so that the service can set its next timer between them.
    private async Task AdvanceAsync(TimeSpan span)
    {
        for (var left = span; left > TimeSpan.Zero; left -= TimeSpan.FromMinutes(1))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(5);
        }
    }

    private Task UntilAsync(Func<bool> holds, TimeSpan? atMost = null) =>
        _time.AdvanceUntilAsync(holds, TimeSpan.FromMinutes(1), atMost ?? TimeSpan.FromHours(1));
}
