namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Checks the store at the start, every <see cref="Interval"/>, and soon after a failure: whether it accepts what this server signs,
/// whether this works at the endpoint of clients, and, depending on the upload method, whether it supports forms or what a PUT lets its
/// holder do. The start of the server waits a short time for the first check.
/// </summary>
/// <remarks>
/// <para>While the store does not answer, the last findings are valid for <see cref="MaxFindingAge"/>, because an outage must not stop what
/// works without the store.</para>
/// <para>After the store has worked, a refusal counts only if a second request confirms it, because one wrong answer must not take all
/// instances out of service.</para>
/// </remarks>
internal sealed partial class StoreMonitor(
    StorageOptions options,
    CredentialSource credentials,
    FolderLayout layout,
    PutGuard guard,
    StoreState state,
    TimeProvider time,
    ILogger<StoreMonitor> log)
    : BackgroundService
{
    /// <summary>The time between two checks while nothing is wrong.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The time to the first check after a failure. It doubles with each further failure up to <see cref="MaxRetry"/>. It is also the
    /// minimum time between two checks.
    /// </summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>The maximum time between two checks while something is wrong.</summary>
    internal static readonly TimeSpan MaxRetry = TimeSpan.FromMinutes(1);

    /// <summary>The time that a finding is valid while there is no new one.</summary>
    internal static readonly TimeSpan MaxFindingAge = PutGuard.MaxFindingAge;

    private readonly AccessProbe _access = new(options, layout, time);
    private readonly PutProbe _puts = new(options, layout, time);
    private readonly FormProbe _forms = new(options, layout, time);
    private readonly S3Endpoint _service = options.ForService();
    private readonly S3Endpoint _public = options.ForClients();
    private readonly FirstAttempt _firstAttempt = new(time);

    private StoreAccess? _lastAccess;
    private DateTimeOffset _accessFoundAt;

    private bool UsesPut => options.Usage.UploadMethod == UploadMethod.Put;

    private bool HasPublicEndpoint => !string.Equals(_public.BucketUrl, _service.BucketUrl, StringComparison.Ordinal);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await _firstAttempt.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Retry;
        while (!stoppingToken.IsCancellationRequested)
        {
            var isWell = false;
            try
            {
                isWell = await CheckAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
                ApplyFailure();
            }

            _firstAttempt.End();
            wait = isWell ? Interval : wait == Interval ? Retry : wait;
            await state.WaitAsync(wait, Retry, time, stoppingToken);
            wait = isWell ? Interval : wait * 2 < MaxRetry ? wait * 2 : MaxRetry;
        }
    }

    /// <summary>Checks everything once. Returns whether nothing is wrong.</summary>
    private async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        if (credentials.Current is not { } keys)
        {
            // CredentialRefresher logs the problem.
            state.Current = UsesPut ? WithPuts(state.Current) : state.Current;
            return false;
        }

        using var http = new ProbeClient(options.Usage.RequestTimeout);
        var access = await _access.AskAsync(http, _service, keys, cancellationToken);
        var atClients = HasPublicEndpoint ? await _access.AskAsync(http, _public, keys, cancellationToken) : null;
        var puts = UsesPut ? await ProbePutsAsync(http, atClients ?? access, keys, cancellationToken) : null;
        var (formProblem, formIsKnown) = UsesPut
            ? (null, true)
            : await ProbeFormsAsync(http, access, atClients ?? access, keys, cancellationToken);

        var before = state.Current;
        var isConfirmed = Apply(access, before, out var findings);
        findings = findings with
        {
            PublicEndpointOk = atClients is null ? null : atClients.Result == StoreAccess.Outcome.Works,
            PublicEndpointProblem = atClients?.Reason is { } reason ? PublicProblem(atClients.Result, reason) : null,
            FormProblem = formIsKnown ? formProblem : findings.FormProblem,
            CheckProblem = null,
            CheckedAt = time.GetUtcNow(),
        };
        findings = ApplyPuts(puts, findings);
        state.Current = findings;
        LogChanges(before, findings);
        return isConfirmed
            && access.Result == StoreAccess.Outcome.Works
            && findings is { PublicEndpointOk: not false }
            && (puts is null || puts.Uploads != PutUploads.Unknown);
    }

    // Only at the endpoint of clients, because a proxy in front of the store changes the result.
    private async Task<PutFinding> ProbePutsAsync(
        ProbeClient http, StoreAccess atClients, SigningCredentials keys, CancellationToken cancellationToken)
    {
        switch (atClients.Result)
        {
            case StoreAccess.Outcome.NoAnswer:
                return NoAnswerAtClients();
            case StoreAccess.Outcome.Refused:
                return PutFinding.NoAnswer(
                    "The object store does not accept what this server signs, so the server cannot find out whether uploads by "
                        + "PUT are safe, "
                        + "and grants none.");
        }

        try
        {
            return await _puts.AskAsync(http, _public, keys, cancellationToken);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogNoAnswer(failure);
            return NoAnswerAtClients();
        }
    }

    private PutFinding NoAnswerAtClients() => PutFinding.NoAnswer(HasPublicEndpoint
        ? $"The object store does not answer at {_public.Origin}, where clients are sent, so the server cannot test whether uploads by PUT "
            + "are safe, and grants none. Set S3_PUBLIC_ENDPOINT to the address that clients use, and let this server reach it."
        : "The object store does not answer the test whether uploads by PUT are safe. The server grants none until it answers.");

    private async Task<(string? Problem, bool IsKnown)> ProbeFormsAsync(
        ProbeClient http, StoreAccess access, StoreAccess atClients, SigningCredentials keys, CancellationToken cancellationToken)
    {
        // If the endpoint of clients does not answer, tests forms at the server's endpoint, because the result is only a warning.
        var (endpoint, there) = atClients.Result == StoreAccess.Outcome.NoAnswer ? (_service, access) : (_public, atClients);
        try
        {
            return there.Result == StoreAccess.Outcome.Works
                ? await _forms.AskAsync(http, endpoint, keys, cancellationToken)
                : (null, false);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogNoAnswer(failure);
            return (null, false);
        }
    }

    // Returns whether the finding applies at once.
    private bool Apply(StoreAccess access, StoreFindings before, out StoreFindings findings)
    {
        findings = before;
        switch (access.Result)
        {
            case StoreAccess.Outcome.NoAnswer:
                findings = WithoutOldRefusal(before);
                return false;
            case StoreAccess.Outcome.Refused when _lastAccess?.Result == StoreAccess.Outcome.Works:
                _lastAccess = access;
                return false;
        }

        (_lastAccess, _accessFoundAt) = (access, time.GetUtcNow());
        findings = before with
        {
            Refusal = access.Result == StoreAccess.Outcome.Refused ? $"The object store refuses this server: {access.Reason}" : null,
            RefusesSignatures = access.RefusesSignatures,
        };
        return true;
    }

    private StoreFindings ApplyPuts(PutFinding? found, StoreFindings findings)
    {
        if (found is null)
        {
            return findings;
        }

        // Keeps the last finding if the new one may pass. The guard itself refuses a finding that is too old.
        var keeps = found.IsTransient && guard.Finding.Uploads != PutUploads.Unknown;
        if (!keeps)
        {
            guard.Finding = found;
        }

        return WithPuts(findings);
    }

    private StoreFindings WithPuts(StoreFindings findings)
    {
        var finding = guard.Finding;
        return findings with { PutUploads = finding.Uploads, PutProblem = finding.Problem, PutSizesEnforced = finding.EnforcesSizes };
    }

    // A check that throws has no findings, but earlier findings still expire.
    private void ApplyFailure()
    {
        var before = state.Current;
        var findings = WithoutOldRefusal(before) with
        {
            CheckProblem =
                "The server's check of the object store failed, so the findings of earlier checks may be wrong. The reason is in the "
                + "server's log: look for 'A check of the object store failed'.",
        };
        findings = UsesPut ? WithPuts(findings) : findings;
        state.Current = findings;
        LogChanges(before, findings);
    }

    private StoreFindings WithoutOldRefusal(StoreFindings findings) =>
        time.GetUtcNow() - _accessFoundAt > MaxFindingAge ? findings with { Refusal = null, RefusesSignatures = false } : findings;

    private string PublicProblem(StoreAccess.Outcome result, string reason) => result == StoreAccess.Outcome.Refused
        ? $"The object store refuses what is signed for clients at {_public.Origin}: {reason}"
        : $"The object store does not answer at {_public.Origin}, where clients are sent: {reason}. Correct S3_PUBLIC_ENDPOINT. If "
            + "clients reach "
            + "it and only this server does not, let this server reach it too.";

    // Logs each change once.
    private void LogChanges(StoreFindings before, StoreFindings now)
    {
        LogChange(before.CheckProblem, now.CheckProblem);
        LogChange(before.Refusal, now.Refusal);
        LogChange(before.PublicEndpointProblem, now.PublicEndpointProblem);
        LogChange(before.PutProblem, now.PutProblem);
        LogChange(before.FormProblem, now.FormProblem);
        if (now.PutUploads == PutUploads.Safe && before.PutUploads != PutUploads.Safe)
        {
            LogPutSafe(guard.Finding.Barred == BarredHeaders.None
                ? "refuses headers that were not signed"
                : "refuses the headers that each URL names");
        }
    }

    private void LogChange(string? before, string? now)
    {
        if (string.Equals(before, now, StringComparison.Ordinal))
        {
            return;
        }

        if (now is not null)
        {
            LogProblem(now);
        }
        else
        {
            LogSolved(before!);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(LogLevel.Information, "Resolved: {Problem}")]
    private partial void LogSolved(string problem);

    [LoggerMessage(LogLevel.Information, "Uploads by PUT are granted: the object store {Behaviour}.")]
    private partial void LogPutSafe(string behaviour);

    [LoggerMessage(LogLevel.Debug, "The object store does not answer a check.")]
    private partial void LogNoAnswer(Exception failure);

    [LoggerMessage(LogLevel.Warning, "A check of the object store failed.")]
    private partial void LogFailed(Exception failure);
}
