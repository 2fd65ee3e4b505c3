namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Tests whether the store enforces the policies of sessions: at the start, every <see cref="Interval"/>, soon after a failure, and soon
/// after a change of keys or of the store's URL. Until the first test succeeds, no session is issued.
/// </summary>
/// <remarks>
/// The start of the server does not wait for it, because an STS that does not answer must not delay what works without sessions. It starts
/// beside the first check of the store, which usually takes longer.
/// </remarks>
internal sealed partial class SessionMonitor(
    StorageOptions options,
    StoreEndpoints endpoints,
    SessionProbe probe,
    CredentialSource credentials,
    SessionGuard guard,
    StoreState state,
    TimeProvider time,
    ILogger<SessionMonitor> log)
    : BackgroundService
{
    /// <summary>The time between two tests while nothing is wrong. Each test issues two sessions.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>The same while there is no file in the bucket that the test can try to read.</summary>
    internal static readonly TimeSpan IncompleteInterval = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The time to the first test after a failure. It doubles with each further failure up to <see cref="MaxRetry"/>. It is also the
    /// minimum time between two tests.
    /// </summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>The maximum time between two tests while something is wrong.</summary>
    internal static readonly TimeSpan MaxRetry = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The timeout of one test. It has about 40 requests, each on a new connection and with its own timeout, so a distant store may take a
    /// while.
    /// </summary>
    internal static readonly TimeSpan TestTimeout = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = Retry;
        while (!stoppingToken.IsCancellationRequested)
        {
            var (keys, route, refusal) = (credentials.Current, endpoints.Current, state.Current.Refusal);
            _ = guard.TakeCheckRequest();
            var found = await TestAsync(keys, route, stoppingToken);
            Apply(found);
            var isWell = found is { Enforced: true, Problem: null };
            var interval = !isWell ? retry : found.IsComplete ? Interval : IncompleteInterval;
            await WaitAsync(interval, keys, route, refusal, stoppingToken);
            retry = isWell ? Retry : retry * 2 < MaxRetry ? retry * 2 : MaxRetry;
        }
    }

    private async Task<SessionFinding> TestAsync(SigningCredentials? keys, StoreRoute route, CancellationToken cancellationToken)
    {
        if (keys is null)
        {
            // CredentialRefresher logs the problem.
            return SessionFinding.NotAsked;
        }

        using var timeout = new CancellationTokenSource(TestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var http = new ProbeClient(options.Usage.RequestTimeout);
        try
        {
            return await probe.AskAsync(http, route, keys, either.Token);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogNoAnswer(failure);
            return new SessionFinding(
                Enforced: null,
                "The server issues no temporary credentials until the object store answers their test.",
                IsTransient: true);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(failure);
            return new SessionFinding(
                Enforced: null,
                "The server's test of temporary credentials failed. Look for 'A test of temporary credentials failed' in its log.",
                IsTransient: true);
        }
    }

    // The other parameters are what the last test was made with.
    private async Task WaitAsync(
        TimeSpan interval, SigningCredentials? keys, StoreRoute route, string? refusal, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        do
        {
            await Task.Delay(Retry, time, cancellationToken);
        }
        while (time.GetElapsedTime(start) < interval
            && endpoints.Current == route
            && HasSameKeys(keys)
            && string.Equals(state.Current.Refusal, refusal, StringComparison.Ordinal)
            && !guard.TakeCheckRequest());
    }

    private bool HasSameKeys(SigningCredentials? keys) =>
        credentials.Current is { } current ? keys is not null && current.IsSameAs(keys) : keys is null;

    private void Apply(SessionFinding found)
    {
        guard.Apply(found);
        var current = guard.Finding;
        var before = state.Current;
        state.Update(findings => findings with
        {
            SessionProblem = current.Problem,
            Capabilities = findings.Capabilities with { SessionPolicies = current.Enforced },
        });

        // Logs each change once.
        if (!string.Equals(before.SessionProblem, current.Problem, StringComparison.Ordinal))
        {
            if (current.Problem is { } problem)
            {
                LogProblem(problem);
            }
            else
            {
                LogSolved(before.SessionProblem!);
            }
        }

        if (current.Enforced is true && before.Capabilities.SessionPolicies is not true)
        {
            LogEnforced();
        }
    }

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(LogLevel.Information, "Resolved: {Problem}")]
    private partial void LogSolved(string problem);

    [LoggerMessage(LogLevel.Information, "Temporary credentials are issued: the object store enforces their limits.")]
    private partial void LogEnforced();

    [LoggerMessage(LogLevel.Debug, "The object store does not answer a test of temporary credentials.")]
    private partial void LogNoAnswer(Exception failure);

    [LoggerMessage(LogLevel.Warning, "A test of temporary credentials failed.")]
    private partial void LogFailed(Exception failure);
}
