using S3Auth.Cli.Output;
using S3Auth.Client.Downloads;
using S3Auth.Client.Generated;
using S3Auth.Client.Uploads;

namespace S3Auth.Cli.Transfers;

/// <summary>What to upload, and how.</summary>
internal sealed record UploadPlan
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required Delivery Delivery { get; init; }

    /// <summary>How often to look for more; null for once.</summary>
    public TimeSpan? Watch { get; init; }
}

/// <summary>Uploads files into the miner's folder, but those that are there already.</summary>
internal sealed class UploadRun
{
    private readonly Report _report;
    private readonly UploadPlan _plan;
    private readonly FolderUploader _uploader;
    private readonly FileReader _reader;
    private readonly FileOwner _owner;
    private readonly TransferResult _result;

    internal UploadRun(Session session, UploadPlan plan)
    {
        _report = session.Report;
        _plan = plan;
        _uploader = session.Client.CreateUploader(session.Wallet.Coldkey);
        _reader = session.Client.CreateReader();
        _owner = FileOwner.Own(session.Wallet.Coldkey);
        _result = new TransferResult(_report, "uploaded");
    }

    internal async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var structure = await _uploader.GetStructureAsync(cancellationToken);
            if (_plan.Watch is { } period)
            {
                await WatchAsync(structure, period, cancellationToken);
            }
            else
            {
                await UploadAsync(LocalFiles.Find(_plan.Paths, _plan.Delivery), structure, cancellationToken);
            }

            return _plan.Delivery.DryRun ? ExitCode.Done : _result.End();
        }
        catch (OperationCanceledException)
        {
            return _result.EndStopped();
        }
        catch (Exception exception) when (FatalFailure.Is(exception))
        {
            return _result.EndBroken(exception);
        }
    }

    private async Task WatchAsync(Structure structure, TimeSpan period, CancellationToken cancellationToken)
    {
        // What a file was when it was last looked at, and whether that was dealt with.
        var seen = new Dictionary<string, (long Size, DateTime Written, bool IsDone)>(StringComparer.Ordinal);
        _report.Note($"Watching; looking every {Amount.Duration(period)}. Ctrl-C stops.");
        while (true)
        {
            var ready = new List<LocalFile>();
            foreach (var file in FindWhatIsThere())
            {
                var now = (file.File.Length, file.File.LastWriteTimeUtc);
                var isKnown = seen.TryGetValue(file.Path, out var before) && (before.Size, before.Written) == now;
                if (isKnown && !before.IsDone)
                {
                    // It rested for a whole period: nobody writes it any more.
                    ready.Add(file);
                }

                seen[file.Path] = (now.Length, now.LastWriteTimeUtc, isKnown);
            }

            if (ready.Count > 0)
            {
                await UploadAsync(ready, structure, cancellationToken);
            }

            await Task.Delay(period, cancellationToken);
        }
    }

    // A folder that is still to come is no mistake here.
    private List<LocalFile> FindWhatIsThere()
    {
        try
        {
            return LocalFiles.Find(_plan.Paths, _plan.Delivery);
        }
        catch (UsageException exception)
        {
            _report.Note(exception.Message);
            return [];
        }
    }

    private async Task UploadAsync(List<LocalFile> files, Structure structure, CancellationToken cancellationToken)
    {
        var planned = await PlanAsync(files, structure, cancellationToken);
        var there = _plan.Delivery.Force ? [] : await FindThereAsync(planned, structure, cancellationToken);
        if (_plan.Delivery.DryRun)
        {
            await TellAsync(planned, there, cancellationToken);
            return;
        }

        await using var display = new TransferDisplay(_report, "Uploading");
        display.Expect(planned.Count, planned.Sum(file => file.Upload.Size));
        await Parallel.ForEachAsync(
            planned,
            new ParallelOptions { MaxDegreeOfParallelism = _plan.Delivery.Parallel, CancellationToken = cancellationToken },
            async (file, token) => await UploadOneAsync(file, there, display, token));
    }

    /// <summary>Those that the deployment takes; the others are named, before anything is sent.</summary>
    private async Task<List<Planned>> PlanAsync(List<LocalFile> files, Structure structure, CancellationToken cancellationToken)
    {
        var job = _plan.Delivery.JobIn(structure);
        var planned = new List<Planned>(files.Count);
        foreach (var file in files)
        {
            try
            {
                var upload = FileToUpload.FromFile(file.File, file.Path) with { Source = _plan.Delivery.Source, JobId = job };
                planned.Add(new Planned(file, upload, await _uploader.GetKeyAsync(upload, cancellationToken)));
            }
            catch (Exception exception) when (exception is UnacceptableFileException or FileNotFoundException)
            {
                _result.Failed(file.Path, exception);
            }
        }

        return planned;
    }

    private async Task<Dictionary<string, RemoteFile>> FindThereAsync(List<Planned> planned, Structure structure, CancellationToken cancellationToken)
    {
        var there = new Dictionary<string, RemoteFile>(StringComparer.Ordinal);
        if (planned.Count > 0)
        {
            // Each page counts as a grant: nothing is listed that cannot be one of these.
            var wanted = planned.Select(file => file.Key).ToHashSet(StringComparer.Ordinal);
            var source = _plan.Delivery.Source ?? (structure.Sources.Count > 0 ? structure.Sources[0] : null);
            await foreach (var file in _reader.ListAsync(_owner, source, KeyPrefix.CommonTo(planned.Select(file => file.Key)), cancellationToken))
            {
                if (wanted.Contains(file.Key))
                {
                    there[file.Key] = file;
                }
            }
        }

        return there;
    }

    private async Task TellAsync(List<Planned> planned, Dictionary<string, RemoteFile> there, CancellationToken cancellationToken)
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

    private async Task UploadOneAsync(Planned file, Dictionary<string, RemoteFile> there, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Local.Path, file.Upload.Size);
        try
        {
            if (await IsThereAsync(file, there, cancellationToken))
            {
                line.Report(file.Upload.Size);
                _result.There(file.Local.Path, file.Key, file.Upload.Size);
                return;
            }

            var uploaded = await _uploader.UploadAsync(file.Upload, line, cancellationToken);
            _result.Moved(file.Local.Path, uploaded.Key, uploaded.Size);
        }
        catch (Exception exception) when (Failures.IsForeseen(exception) && !FatalFailure.Is(exception))
        {
            _result.Failed(file.Local.Path, exception);
        }
    }

    private static async Task<bool> IsThereAsync(Planned file, Dictionary<string, RemoteFile> there, CancellationToken cancellationToken)
    {
        if (!there.TryGetValue(file.Key, out var remote) || remote.Size != file.Upload.Size)
        {
            return false;
        }

        // Of one that was uploaded in parts nothing tells its bytes: it is taken for the same when it is the later of the two.
        return Md5.Is(remote.ETag)
            ? string.Equals(await Md5.OfAsync(file.Local.File.FullName, cancellationToken), remote.ETag, StringComparison.OrdinalIgnoreCase)
            : remote.LastModified.UtcDateTime >= file.Local.File.LastWriteTimeUtc;
    }

    private sealed record Planned(LocalFile Local, FileToUpload Upload, string Key);

    private sealed record PlannedRecord(string Type, string Status, string Path, string Key, long Size);
}
