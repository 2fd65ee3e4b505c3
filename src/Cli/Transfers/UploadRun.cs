namespace S3Auth.Cli.Transfers;

/// <summary>What to upload, and how.</summary>
internal sealed record UploadPlan
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required UploadSettings Settings { get; init; }

    /// <summary>How often to look for more; null for once.</summary>
    public TimeSpan? Watch { get; init; }
}

/// <summary>Uploads files into the miner's folder, but those that are there already.</summary>
internal sealed class UploadRun
{
    // After the client has tried for as long as it does.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(15);

    private readonly Session _session;
    private readonly Report _report;
    private readonly UploadPlan _plan;
    private readonly FolderUploader _uploader;
    private readonly FileReader _reader;
    private readonly TransferResult _result;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private WatchedFiles? _watched;
    private StoredFiles? _there;

    internal UploadRun(Session session, UploadPlan plan)
    {
        _session = session;
        _report = session.Report;
        _plan = plan;
        _reader = session.Client.CreateReader();
        _uploader = session.Client.CreateUploader(session.Wallet.Coldkey);
        _result = new TransferResult(_report, "uploaded");
    }

    internal Task<ExitCode> RunAsync(CancellationToken cancellationToken) => _result.RunAsync(
        async () =>
        {
            var structure = await _uploader.GetStructureAsync(cancellationToken);
            if (_plan.Watch is { } period)
            {
                await WatchAsync(structure, period, cancellationToken);
            }
            else
            {
                await UploadAsync(LocalFiles.Find(_plan.Paths, _plan.Settings), structure, cancellationToken);
            }

            return _plan.Settings.DryRun ? _result.Outcome : _result.Finish();
        },
        cancellationToken);

    private async Task WatchAsync(Structure structure, TimeSpan period, CancellationToken cancellationToken)
    {
        _watched = new WatchedFiles(TimeProvider.System, period);
        _report.Note($"Watching; looking every {Amount.Duration(period)}. Ctrl-C stops.");
        while (true)
        {
            var wait = period;
            try
            {
                if (_watched.Look(FindExisting()) is { Count: > 0 } ready)
                {
                    await UploadAsync(ready, structure, cancellationToken);
                }
            }
            catch (Exception exception) when (FatalFailure.IsPassing(exception))
            {
                // Nobody is there to start it again.
                var told = (exception as RefusedException)?.RetryAfter ?? RestAfterFailure;
                wait = told > period ? told : period;
                _report.Fail(Failures.Describe(exception));
                _report.Note($"trying again in {Amount.Duration(wait)}");
            }

            await Task.Delay(wait, cancellationToken);
        }
    }

    // A path that means nothing yet, or not any more, takes nothing from the others.
    private List<LocalFile> FindExisting()
    {
        var found = new Dictionary<string, LocalFile>(StringComparer.Ordinal);
        foreach (var path in _plan.Paths)
        {
            try
            {
                foreach (var file in LocalFiles.Find([path], _plan.Settings))
                {
                    if (!found.TryAdd(file.Path, file) && found[file.Path].File.FullName != file.File.FullName)
                    {
                        WarnOnce(LocalFiles.DescribeCollision(found[file.Path], file));
                    }
                }
            }
            catch (Exception exception) when (exception is UsageException or IOException or UnauthorizedAccessException)
            {
                WarnOnce(exception.Message);
            }
        }

        return [.. found.Values];
    }

    private void WarnOnce(string text)
    {
        if (_warned.Add(text))
        {
            _report.Warn(text);
        }
    }

    private async Task UploadAsync(List<LocalFile> files, Structure structure, CancellationToken cancellationToken)
    {
        var planned = await PlanAsync(files, structure, cancellationToken);
        if (planned.Count == 0)
        {
            return;
        }

        // Looking costs grants, so it is done once; what comes later is new.
        _there ??= await StoredFiles.FindAsync(_session, _plan.Settings, structure, [.. planned.Select(file => file.Key)], cancellationToken);
        if (_plan.Settings.DryRun)
        {
            await ReportPlanAsync(planned, _there, cancellationToken);
            return;
        }

        await using var display = new TransferDisplay(_report, "Uploading");
        display.Expect(planned.Count, planned.Sum(file => file.Upload.Size));
        await Parallel.ForEachAsync(
            planned,
            new ParallelOptions { MaxDegreeOfParallelism = _plan.Settings.Parallel, CancellationToken = cancellationToken },
            async (file, token) => await UploadOneAsync(file, _there, display, token));
    }

    /// <summary>Those that the deployment takes; the others are named, before anything is sent.</summary>
    private async Task<List<Planned>> PlanAsync(List<LocalFile> files, Structure structure, CancellationToken cancellationToken)
    {
        var job = _plan.Settings.JobIn(structure);
        var planned = new List<Planned>(files.Count);
        foreach (var file in files)
        {
            try
            {
                var upload = FileToUpload.FromFile(file.File, file.Path) with { Source = _plan.Settings.Source, JobId = job };
                planned.Add(new Planned(file, upload, await _uploader.GetKeyAsync(upload, cancellationToken)));
            }
            catch (Exception exception) when (exception is UnacceptableFileException or FileNotFoundException)
            {
                _result.AddFailed(file.Path, exception);
                _watched?.MarkDone(file);
            }
        }

        return planned;
    }

    private async Task ReportPlanAsync(List<Planned> planned, StoredFiles there, CancellationToken cancellationToken)
    {
        foreach (var file in planned)
        {
            var isThere = await IsThereAsync(file, there, cancellationToken);
            _report.Record(new PlannedRecord("file", isThere ? "already_there" : "would_upload", file.Local.Path, file.Key, file.Upload.Size));
            if (!isThere)
            {
                _report.Line($"would upload {file.Local.File.FullName} as {Report.Safe(file.Key)} ({Amount.Bytes(file.Upload.Size)})");
            }
        }
    }

    private async Task UploadOneAsync(Planned file, StoredFiles there, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Local.Path, file.Upload.Size);
        try
        {
            if (await IsThereAsync(file, there, cancellationToken))
            {
                line.Report(file.Upload.Size);
                _result.AddSkipped(file.Local.Path, file.Key, file.Upload.Size);
            }
            else
            {
                var uploaded = await _uploader.UploadAsync(file.Upload, line, cancellationToken);

                // Else a file that changes, and then back, would count as there.
                there.Forget(file.Key);
                _result.AddTransferred(file.Local.Path, uploaded.Key, uploaded.Size);
            }

            _watched?.MarkDone(file.Local);
        }
        catch (Exception exception) when (Failures.IsForeseen(exception) && !FatalFailure.Is(exception))
        {
            _result.AddFailed(file.Local.Path, exception);
            _watched?.MarkFailed(file.Local);
        }
    }

    private async Task<bool> IsThereAsync(Planned file, StoredFiles there, CancellationToken cancellationToken) =>
        there.Find(file.Key) is { } stored && await StoredFileComparer.IsSameAsync(file.Local.File, stored, _reader, cancellationToken);

    private sealed record Planned(LocalFile Local, FileToUpload Upload, string Key);

    private sealed record PlannedRecord(string Type, string Status, string Path, string Key, long Size);
}
