namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Runs the doctor when the store works for the first time, when <see cref="StoreMonitor"/> finds a change, and every
/// <see cref="FailureInterval"/> while a check fails. The report is part of the health.
/// </summary>
internal sealed partial class StoreReporter(IStoreDoctor doctor, StoreState state, TimeProvider time, ILogger<StoreReporter> log)
    : BackgroundService
{
    // An examination takes about a hundred requests.
    private static readonly TimeSpan MinInterval = TimeSpan.FromMinutes(1);

    /// <summary>The time between two examinations while a check fails.</summary>
    internal static readonly TimeSpan FailureInterval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (last, timeout) = (default(StoreReport), Timeout.InfiniteTimeSpan);
        while (!stoppingToken.IsCancellationRequested)
        {
            await state.WaitForReportRequestAsync(timeout, time, stoppingToken);
            try
            {
                var report = await doctor.ExamineAsync(stoppingToken);
                state.Update(findings => Add(report, findings));
                LogChanges(last, report);
                last = report;
                timeout = !report.IsComplete ? MinInterval : report.HasFailures ? FailureInterval : Timeout.InfiniteTimeSpan;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
                timeout = FailureInterval;
            }

            await Task.Delay(MinInterval, time, stoppingToken);
        }
    }

    // Keeps the monitors' findings, because the monitors check more often and confirm a change by a second check.
    private static StoreFindings Add(StoreReport report, StoreFindings findings)
    {
        if (!report.IsComplete)
        {
            return findings with { Checks = report.Checks };
        }

        var (reported, current) = (report.Capabilities, findings.Capabilities);
        return findings with
        {
            Checks = report.Checks,
            Capabilities = reported with
            {
                Addressing = current.Addressing,
                PostForms = current.PostForms,
                PutUploads = current.PutUploads,
                HeaderGuard = current.HeaderGuard,
                PutSizesEnforced = current.PutSizesEnforced,
                PartUploads = current.PartUploads,
                PartHeaderGuard = current.PartHeaderGuard,
                SessionPolicies = current.SessionPolicies,
            },
        };
    }

    private void LogChanges(StoreReport? before, StoreReport now)
    {
        var (old, notable) = (Describe(before), Describe(now));
        if (notable.Length > 0 && notable != old)
        {
            LogReport(now.HasFailures ? LogLevel.Warning : LogLevel.Information, notable);
        }
    }

    private static string Describe(StoreReport? report) => string.Join(
        ", ",
        report?.Checks.Where(check => check.Result is StoreCheckResult.Warn or StoreCheckResult.Fail)
            .Select(check => $"{check.Name} {check.Result.ToName()}") ?? []);

    [LoggerMessage(Message = "The object store was checked: {Notable}. Run the doctor for the reasons: S3Auth.Api doctor")]
    private partial void LogReport(LogLevel level, string notable);

    [LoggerMessage(LogLevel.Warning, "The report about the object store failed.")]
    private partial void LogFailed(Exception failure);
}
