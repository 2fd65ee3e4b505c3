namespace S3Auth.Cli.Transfers;

/// <summary>The plan of an upload.</summary>
internal sealed record UploadPlan
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required UploadSettings Settings { get; init; }

    /// <summary>The time between two scans of a watch; null to upload once.</summary>
    public TimeSpan? WatchPeriod { get; init; }
}

/// <summary>Uploads files into the miner's folder. Skips files that are already stored with the same bytes.</summary>
internal sealed class UploadRun
{
    // The client has already retried before a failure reaches the watch.
    private static readonly TimeSpan MinWaitAfterFailure = TimeSpan.FromSeconds(15);

    private readonly Session _session;
    private readonly Report _report;
    private readonly UploadPlan _plan;
    private readonly FolderUploader _uploader;
    private readonly FileReader _reader;
    private readonly TransferResult _result;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private WatchedFiles? _watched;
    private StoredFiles? _stored;

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
            if (_plan.WatchPeriod is { } period)
            {
                await WatchAsync(period, cancellationToken);
            }
            else
            {
                var files = LocalFiles.Find(_plan.Paths, _plan.Settings);
                if (files.Count == 0)
                {
                    throw new UsageException(
                        $"There are no files in {string.Join(", ", _plan.Paths)}. s3auth skips files whose names begin with a dot.");
                }

                await UploadAsync(files, await _uploader.GetStructureAsync(cancellationToken), cancellationToken);
            }

            return _plan.Settings.DryRun ? _result.ExitCode : _result.Finish();
        },
        cancellationToken);

    private async Task WatchAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        if (!_plan.Paths.Any(LocalFiles.CanMatch))
        {
            throw new UsageException($"There is nothing to watch: no file or folder {string.Join(" or ", _plan.Paths)} exists.");
        }

        var structure = await _uploader.GetStructureAsync(cancellationToken);
        _watched = new WatchedFiles(TimeProvider.System, period);
        _report.Note($"Watching: scanning every {Amount.Duration(period)}. Press Ctrl-C to stop.");
        while (true)
        {
            var wait = period;
            try
            {
                if (_watched.Scan(FindExisting()) is { Count: > 0 } ready)
                {
                    await UploadAsync(ready, structure, cancellationToken);
                }
            }
            catch (Exception exception) when (Failure.Of(exception) is { IsTransient: true } failure)
            {
                // A watch runs unattended, so it must not end.
                var retryAfter = (exception as RefusedException)?.RetryAfter ?? MinWaitAfterFailure;
                wait = retryAfter > period ? retryAfter : period;
                _report.Fail(failure.Message);
                _report.Note($"retrying in {Amount.Duration(wait)}");
            }

            await Task.Delay(wait, cancellationToken);
        }
    }

    // A path that names nothing yet, or no longer, must not stop the others.
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

        // Listing costs grants, so a watch lists once. Files that appear later are new.
        _stored ??= await StoredFiles.FindAsync(
            _session, _plan.Settings, structure, [.. planned.Select(file => file.Key)], cancellationToken);
        if (_plan.Settings.DryRun)
        {
            await ReportPlanAsync(planned, _stored, cancellationToken);
            return;
        }

        await using var display = new TransferDisplay(_report, "Uploading");
        display.AddExpected(planned.Count, planned.Sum(file => file.Upload.Size));
        await Parallel.ForEachAsync(
            planned,
            new ParallelOptions { MaxDegreeOfParallelism = _plan.Settings.Parallel, CancellationToken = cancellationToken },
            async (file, token) => await UploadOneAsync(file, _stored, display, token));
    }

    /// <summary>Returns the files that the deployment accepts. Reports the others before any upload starts.</summary>
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
                _result.AddFailed(file.Path, Failure.Of(exception));
                _watched?.MarkDone(file);
            }
        }

        return planned;
    }

    private async Task ReportPlanAsync(List<Planned> planned, StoredFiles stored, CancellationToken cancellationToken)
    {
        foreach (var file in planned)
        {
            var isStored = await IsStoredAsync(file, stored, cancellationToken);
            _report.Record(
                new PlannedRecord("file", isStored ? "already_there" : "would_upload", file.Local.Path, file.Key, file.Upload.Size));
            if (!isStored)
            {
                _report.Line($"would upload {file.Local.File.FullName} as {Report.Safe(file.Key)} ({Amount.Bytes(file.Upload.Size)})");
            }
        }
    }

    private async Task UploadOneAsync(Planned file, StoredFiles stored, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Local.Path, file.Upload.Size);
        try
        {
            if (await IsStoredAsync(file, stored, cancellationToken))
            {
                line.Report(file.Upload.Size);
                _result.AddSkipped(file.Local.Path, file.Key, file.Upload.Size);
            }
            else
            {
                var uploaded = await _uploader.UploadAsync(file.Upload, line, cancellationToken);

                // Otherwise a file that changes, and later changes back, would be skipped.
                stored.Forget(file.Key);
                _result.AddTransferred(file.Local.Path, uploaded.Key, uploaded.Size);
            }

            _watched?.MarkDone(file.Local);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure && !failure.Ends.HasFlag(RunPhases.Upload))
        {
            _result.AddFailed(file.Local.Path, failure);
            _watched?.MarkFailed(file.Local);
        }
    }

    private async Task<bool> IsStoredAsync(Planned file, StoredFiles stored, CancellationToken cancellationToken) =>
        stored.Find(file.Key) is { } found && await StoredFileComparer.IsSameAsync(file.Local.File, found, _reader, cancellationToken);

    private sealed record Planned(LocalFile Local, FileToUpload Upload, string Key);

    private sealed record PlannedRecord(string Type, string Status, string Path, string Key, long Size);
}
