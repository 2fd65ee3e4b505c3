namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Checks the store at the start, every <see cref="Interval"/>, and soon after a failure, and decides how clients upload. The start of the
/// server waits a short time for the first check.
/// </summary>
/// <remarks>
/// <para>While the store does not answer, the last findings are valid for <see cref="MaxFindingAge"/>, because an outage must not stop what
/// works without the store.</para>
/// <para>After the store has worked, a refusal, or the loss of upload forms, counts only if a second check confirms it, because one wrong
/// answer must not take all instances out of service.</para>
/// </remarks>
internal sealed partial class StoreMonitor(
    StorageOptions options,
    StoreEndpoints endpoints,
    StoreSurveyor surveyor,
    CredentialSource credentials,
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

    private readonly FirstAttempt _firstAttempt = new(time);

    // The last answer, and the last confirmed one.
    private StoreAccess? _lastAccess;
    private StoreAccess? _access;
    private DateTimeOffset _accessFoundAt;

    private FormFinding _forms = FormFinding.NoAnswer;
    private bool _formsMayBeLost;
    private bool _needsReport;
    private string? _silence;

    private UploadMethod? Configured => options.Usage.UploadMethod;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        state.Update(WithUploads);
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
            state.Update(WithUploads);
            return false;
        }

        using var http = new ProbeClient(options.Usage.RequestTimeout);
        var survey = await surveyor.SurveyAsync(http, keys, cancellationToken);

        var before = state.Current;
        var isConfirmed = ApplyAccess(survey.Service) & ApplyForms(survey.Forms);
        ApplyPuts(survey);
        state.Update(findings => WithUploads(WithPublicEndpoint(WithAccess(findings), survey.Public)) with
        {
            CheckProblem = null,
            CheckedAt = time.GetUtcNow(),
        });
        LogChanges(before, state.Current);
        LogSilence(survey.Service);
        RequestReport(before, state.Current, survey);
        return isConfirmed
            && survey.Service.Result == StoreAccess.Outcome.Works
            && state.Current is { PublicEndpointOk: not false, FormProblem: null }
            && !NeedsOtherAnswer(survey.Puts)
            && survey.Parts is not { Uploads: PutUploads.Unknown, IsTransient: true };
    }

    private void RequestReport(StoreFindings before, StoreFindings now, StoreSurvey survey)
    {
        // The upload method follows from the forms.
        var isChanged = before.CheckedAt is null
            || before.Refusal != now.Refusal
            || before.PublicEndpointProblem != now.PublicEndpointProblem
            || before.Capabilities.PostForms != now.Capabilities.PostForms;
        _needsReport |= isChanged;
        if (_needsReport && survey.Service.Result == StoreAccess.Outcome.Works)
        {
            _needsReport = false;
            state.RequestReport();
        }
    }

    // If clients upload by form, an answer that stays unclear until the operator changes something is not asked for more often.
    private bool NeedsOtherAnswer(PutFinding puts) =>
        puts.Uploads == PutUploads.Unknown && (puts.IsTransient || state.Current.UploadMethod == UploadMethod.Put);

    // Returns false if a second check must confirm the finding.
    private bool ApplyAccess(StoreAccess access)
    {
        switch (access.Result)
        {
            case StoreAccess.Outcome.NoAnswer:
                return false;
            case StoreAccess.Outcome.Refused when _lastAccess?.Result == StoreAccess.Outcome.Works:
                _lastAccess = access;
                return false;
        }

        (_lastAccess, _access, _accessFoundAt) = (access, access, time.GetUtcNow());
        return true;
    }

    private bool ApplyForms(FormFinding found)
    {
        if (!found.IsKnown)
        {
            return true;
        }

        if (_forms.IsSupported is true && found.IsSupported is false && !_formsMayBeLost)
        {
            _formsMayBeLost = true;
            return false;
        }

        // A missing permission says nothing about what the store supports.
        (_forms, _formsMayBeLost) = (found with { IsSupported = found.IsSupported ?? _forms.IsSupported }, false);
        return true;
    }

    // Keeps the last finding if the new one is transient. PutGuard ignores a finding that is too old.
    private void ApplyPuts(StoreSurvey survey)
    {
        if (!(survey.Puts.IsTransient && guard.Finding.Uploads != PutUploads.Unknown))
        {
            guard.Finding = survey.Puts;
        }

        if (!(survey.Parts.IsTransient && guard.PartFinding.Uploads != PutUploads.Unknown))
        {
            guard.PartFinding = survey.Parts;
        }
    }

    private StoreFindings WithAccess(StoreFindings findings)
    {
        var isCurrent = time.GetUtcNow() - _accessFoundAt <= MaxFindingAge;
        var refusal = isCurrent && _access is { Result: StoreAccess.Outcome.Refused } ? _access : null;
        return findings with
        {
            Refusal = refusal is null ? null : $"The object store refuses this server: {refusal.Reason}",
            RefusesSignatures = refusal?.RefusesSignatures ?? false,
        };
    }

    private StoreFindings WithPublicEndpoint(StoreFindings findings, StoreAccess? access) => findings with
    {
        PublicEndpointOk = access is null ? null : access.Result == StoreAccess.Outcome.Works,
        PublicEndpointProblem = access is { Result: not StoreAccess.Outcome.Works } ? PublicProblem(access) : null,
    };

    private StoreFindings WithUploads(StoreFindings findings)
    {
        var puts = guard.Finding;
        var choice = UploadChoice.Make(Configured, _forms, puts);
        var capabilities = findings.Capabilities with { Addressing = endpoints.Current.Addressing, PostForms = _forms.IsSupported };
        return findings with
        {
            UploadMethod = choice.Method,
            FormProblem = choice.FormProblem,
            PutProblem = choice.PutProblem,
            Capabilities = guard.PartFinding.AddPartsTo(puts.AddTo(capabilities)),
        };
    }

    // A check that throws has no findings, but earlier findings still expire.
    private void ApplyFailure()
    {
        var before = state.Current;
        state.Update(findings => WithUploads(WithAccess(findings)) with
        {
            CheckProblem =
                "The server's check of the object store failed, so the findings of earlier checks may be wrong. The reason is in the "
                + "server's log: look for 'A check of the object store failed'.",
        });
        LogChanges(before, state.Current);
    }

    private string PublicProblem(StoreAccess access)
    {
        var (finding, advice) = SurveyLines.PublicProblem(access, endpoints.Current.Clients.Origin);
        return $"{finding} {advice}";
    }

    // Logs each change once.
    private void LogChanges(StoreFindings before, StoreFindings now)
    {
        LogChange(before.CheckProblem, now.CheckProblem);
        LogChange(before.Refusal, now.Refusal);
        LogChange(before.PublicEndpointProblem, now.PublicEndpointProblem);
        LogChange(before.PutProblem, now.PutProblem);
        LogChange(before.FormProblem, now.FormProblem);
        if (IsPutGranted(now) && !IsPutGranted(before))
        {
            LogPutSafe(guard.Finding.Barred == BarredHeaders.None
                ? "refuses headers that were not signed"
                : "refuses the headers that each URL names");
        }
    }

    // Once when it begins and once when it ends, even if the reason changes meanwhile.
    private void LogSilence(StoreAccess access)
    {
        var silence = access.Result == StoreAccess.Outcome.NoAnswer
            ? _silence ?? $"The object store at {endpoints.Current.Service.Origin} does not answer: {access.Finding}. Correct S3_ENDPOINT, "
                + "start the store, or let this server reach it. Listings fail until it answers."
            : null;
        LogChange(_silence, silence);
        _silence = silence;
    }

    private static bool IsPutGranted(StoreFindings findings) => findings.Capabilities.PutUploads == PutUploads.Safe;

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

    [LoggerMessage(LogLevel.Warning, "A check of the object store failed.")]
    private partial void LogFailed(Exception failure);
}
