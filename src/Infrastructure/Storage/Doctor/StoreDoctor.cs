namespace S3Auth.Infrastructure.Storage;

/// <inheritdoc/>
internal sealed class StoreDoctor : IStoreDoctor
{
    private const string CleanUp = "cleanup";

    private readonly StorageOptions _options;
    private readonly StoreEndpoints _endpoints;
    private readonly StoreSurveyor _surveyor;
    private readonly CredentialSource _credentials;
    private readonly ICredentialProvider? _provider;
    private readonly FolderLayout _layout;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IStoreCheck> _checks;

    /// <param name="options">The bucket.</param>
    /// <param name="endpoints">Its URLs.</param>
    /// <param name="surveyor">Asks the first questions.</param>
    /// <param name="credentials">The current credentials.</param>
    /// <param name="provider">Loads credentials if there are none yet; null if they are fixed.</param>
    /// <param name="layout">The layout of the bucket.</param>
    /// <param name="sizes">The sizes that uploaded files may have.</param>
    /// <param name="corsOrigins">The origins of pages that use the bucket from a browser.</param>
    /// <param name="sessions">Checks sessions; null if the server issues none.</param>
    /// <param name="time">The clock.</param>
    internal StoreDoctor(
        StorageOptions options,
        StoreEndpoints endpoints,
        StoreSurveyor surveyor,
        CredentialSource credentials,
        ICredentialProvider? provider,
        FolderLayout layout,
        FileSizeLimits sizes,
        IReadOnlyList<string> corsOrigins,
        SessionCheck? sessions,
        TimeProvider time)
    {
        _options = options;
        _endpoints = endpoints;
        _surveyor = surveyor;
        _credentials = credentials;
        _provider = provider;
        _layout = layout;
        _time = time;

        // PermissionCheck must know whether the bucket keeps versions, because a deletion would leave a delete marker there.
        // ConditionalWriteCheck must know whether the keys may delete.
        _checks =
        [
            new ReadCheck(), new FileSizeCheck(sizes), new MultipartCheck(), new VersioningCheck(), new LifecycleCheck(),
            new PermissionCheck(), new PublicAccessCheck(), new CorsCheck(corsOrigins), new ConditionalWriteCheck(),
            new UploadHeaderCheck(), new TemporaryCredentialCheck(),
            .. sessions is null ? [] : new IStoreCheck[] { sessions },
        ];
    }

    /// <inheritdoc/>
    public async Task<StoreReport> ExamineAsync(CancellationToken cancellationToken)
    {
        if (_credentials.Current is null && await LoadCredentialsAsync(cancellationToken) is { } problem)
        {
            return Incomplete(
                [problem, .. Skip("endpoint", "region", "bucket", "clock", "public_endpoint", "post", "put", "parts"), .. Skip(AllChecks)]);
        }

        var keys = _credentials.Current!;
        using var http = new ProbeClient(_options.Usage.RequestTimeout);
        var survey = await _surveyor.SurveyAsync(http, keys, cancellationToken);
        var route = _endpoints.Current;
        List<StoreCheck> lines =
        [
            SurveyLines.Endpoint(survey.Service, route),
            .. SurveyLines.Configuration(survey.Service, _options),
        ];
        if (survey.Service.Result != StoreAccess.Outcome.Works)
        {
            return Incomplete([.. lines, .. Skip("public_endpoint", "post", "put", "parts"), .. Skip(AllChecks)]);
        }

        lines.Add(SurveyLines.PublicEndpoint(survey, route));
        lines.Add(SurveyLines.Post(_options.Usage.UploadMethod, survey));
        lines.Add(SurveyLines.Put(_options.Usage.UploadMethod, survey));
        lines.Add(SurveyLines.Parts(survey));
        var exam = new StoreExam(http, _options, route, keys, _layout, _time)
        {
            Capabilities = survey.Parts.AddPartsTo(survey.Puts.AddTo(new StoreCapabilities
            {
                Addressing = route.Addressing,
                PostForms = survey.Forms.IsSupported,
            })),
        };
        foreach (var check in _checks)
        {
            var canAsk = !check.IsAtClients || survey.Clients.Result == StoreAccess.Outcome.Works;
            lines.Add(canAsk
                ? (await RunAsync(check.Name, async () => await check.RunAsync(exam, cancellationToken), cancellationToken))!
                : SurveyLines.Skipped(check.Name));
        }

        if (await RunAsync(CleanUp, () => CleanUpAsync(exam, cancellationToken), cancellationToken) is { } left)
        {
            lines.Add(left);
        }

        return new StoreReport(lines, exam.Capabilities);
    }

    private IEnumerable<string> AllChecks => _checks.Select(check => check.Name);

    private async Task<StoreCheck?> LoadCredentialsAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CredentialRefresher.AttemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            _credentials.Replace(await _provider!.LoadAsync(either.Token).WaitAsync(either.Token));
            return null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The SDK's message is long: it lists every place where it looked. The advice says the same in one sentence.
            return new StoreCheck(
                "credentials",
                StoreCheckResult.Fail,
                "There are no keys for the object store.",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role: docs/credentials.md lists all places.");
        }
    }

    private static async Task<StoreCheck?> RunAsync(string name, Func<Task<StoreCheck?>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run();
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new StoreCheck(
                name,
                StoreCheckResult.Warn,
                "The store did not answer this check in time, or its answer cannot be read.",
                "Run the doctor again.");
        }
    }

    // Deletes objects of the checks: a store that ignores Content-MD5 stores them.
    private static async Task<StoreCheck?> CleanUpAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var folder in FoldersOfProbes(exam.Prefixes))
        {
            foreach (var key in await exam.ListOwnKeysAsync(folder, cancellationToken))
            {
                var deleted = exam.MayDelete is true && await exam.DeleteAsync(key, cancellationToken);
                if (!deleted)
                {
                    left.Add(key);
                }
            }
        }

        return left.Count == 0 ? null : new StoreCheck(
            CleanUp,
            StoreCheckResult.Warn,
            "The store ignores Content-MD5, or the check of sessions had to upload a file, because the keys may not read whether the "
                + $"bucket ignores public ACLs. It kept: {string.Join(", ", left)}.",
            "Delete these objects; each has one or two bytes. They return with each check.");
    }

    private static IEnumerable<string> FoldersOfProbes(IReadOnlyList<string> prefixes) => prefixes.Append("")
        .SelectMany(prefix => (string[])[prefix + PutProbe.Folder, prefix + SessionProbe.Folder])
        .Append(prefixes[0] + SessionProbe.Folder + SessionProbe.Own);

    private static StoreReport Incomplete(IReadOnlyList<StoreCheck> lines) => new(lines, new StoreCapabilities()) { IsComplete = false };

    private static IEnumerable<StoreCheck> Skip(params IEnumerable<string> names) => names.Select(SurveyLines.Skipped);
}
