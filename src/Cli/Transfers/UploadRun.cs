using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace S3Auth.Cli.Transfers;

/// <summary>The plan of an upload.</summary>
internal sealed record UploadPlan
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required UploadSettings Settings { get; init; }

    /// <summary>How to find the files that are stored already.</summary>
    public FileComparison Comparison { get; init; }

    /// <summary>Whether to report the files below the destination that are only in the store.</summary>
    public bool ReportsOthers { get; init; }

    /// <summary>The time between two scans of a watch; null to upload once.</summary>
    public TimeSpan? WatchPeriod { get; init; }
}

/// <summary>Uploads files into the miner's folder. Skips files that are already stored. Deletes nothing, because miners cannot.</summary>
internal sealed class UploadRun
{
    // The client has already retried before a failure reaches the watch.
    private static readonly TimeSpan MinWaitAfterFailure = TimeSpan.FromSeconds(15);

    // Quotas reset every day. A timer cannot run for the 68 years that an answer may name.
    private static readonly TimeSpan MaxWaitAfterFailure = TimeSpan.FromDays(1);

    private readonly Session _session;
    private readonly Report _report;
    private readonly UploadPlan _plan;
    private readonly FileUploader _uploader;
    private readonly StoredFileComparer _comparer;
    private readonly TransferResult _result;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private WatchedFiles? _watched;
    private FolderSource? _folder;
    private StoredFiles? _stored;
    private DateTimeOffset _spreadUntil;

    internal UploadRun(Session session, UploadPlan plan)
    {
        _session = session;
        _report = session.Report;
        _plan = plan;
        _comparer = new StoredFileComparer(session.Client.CreateReader(), plan.Comparison, session.Report);

        // A watch uploads a few files all day, which would cost a grant for each scan. So would many runs a day.
        _uploader = plan.Settings.CreateUploader(
            session, usesFolderGrants: plan.WatchPeriod is not null || KeptQuota.IsLow(session.Quota?.Status));
        _result = new TransferResult(session, "uploaded");
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
                        $"There are no files to upload in {string.Join(", ", _plan.Paths)}. s3auth skips files whose names begin with a "
                            + "dot, and files that --include and --exclude do not select.");
                }

                await _plan.Settings.CheckAsync(_uploader, cancellationToken);
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

        await _plan.Settings.CheckAsync(_uploader, cancellationToken);
        var structure = await _uploader.GetStructureAsync(cancellationToken);
        _watched = new WatchedFiles(_session.Time, period);
        _report.Note($"Watching: scanning every {Amount.Duration(period)}. Press Ctrl-C to stop.");
        while (true)
        {
            var wait = period;
            try
            {
                if (_watched.Scan(FindExisting()) is { Count: > 0 } ready)
                {
                    await UploadAsync(ready, structure, cancellationToken);
                    wait = SpreadGrants(structure, period);
                }
            }
            catch (Exception exception) when (Failure.Of(exception) is { IsTransient: true } failure)
            {
                // A watch runs unattended, so it must not end.
                var retryAfter = (exception as RefusedException)?.RetryAfter ?? MinWaitAfterFailure;
                wait = retryAfter > MaxWaitAfterFailure ? MaxWaitAfterFailure : retryAfter > period ? retryAfter : period;
                _report.Fail(failure.Message);
                _report.Note($"retrying in {Amount.Duration(wait)}");
            }

            await Task.Delay(wait, _session.Time, cancellationToken);
        }
    }

    /// <summary>
    /// Returns the wait after an upload. Without forms for whole folders, each upload costs a grant. When less than half of the day's
    /// grants is left, the rest is spread over the day, so that files arrive late instead of not at all.
    /// </summary>
    private TimeSpan SpreadGrants(Structure structure, TimeSpan period)
    {
        if (structure.HasUploadForms || _session.Quota?.Status is not { } quota || !KeptQuota.IsLow(quota))
        {
            return period;
        }

        var wait = (quota.ResetsAt - _session.Time.GetUtcNow()) / Math.Max(quota.Left, 1);
        if (wait <= period)
        {
            return period;
        }

        if (_session.Time.GetUtcNow() >= _spreadUntil)
        {
            _spreadUntil = quota.ResetsAt;
            _report.Warn(
                $"Less than half of today's grants is left. Until {quota.ResetsAt.UtcDateTime:HH:mm} UTC, new files are uploaded together, "
                + $"about every {Amount.Duration(wait)}.");
        }

        return wait;
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
        _folder ??= new FolderSource(_session, structure, _plan.Settings.SourceIn(structure));
        _stored ??= await StoredFiles.FindAsync(
            _folder, _plan.Settings, [.. planned.Select(file => file.Key)], PrefixOfOthers(planned[0]), cancellationToken);
        ReportOthers(_stored, files, planned[0]);
        try
        {
            await (_plan.Settings.DryRun
                ? ReportPlanAsync(planned, _stored, cancellationToken)
                : UploadAsync(planned, _stored, _folder.Kept, cancellationToken));
        }
        finally
        {
            _folder.Kept.Save();
        }
    }

    private async Task UploadAsync(List<Planned> planned, StoredFiles stored, KeptFiles kept, CancellationToken cancellationToken)
    {
        await using var display = new TransferDisplay(_report, "Uploading");
        display.AddExpected(planned.Count, planned.Sum(file => file.Upload.Size));
        var byPath = planned.ToDictionary(file => file.Upload.Path, StringComparer.Ordinal);
        await _uploader.UploadAsync(
            SelectChangedAsync(planned, stored, display, cancellationToken),
            (file, uploaded) =>
            {
                stored.AddUploaded(uploaded.Key);
                kept.AddUploaded(uploaded, byPath[file.Path].State);
                _result.AddTransferred(file.Path, uploaded.Key, uploaded.Size);
                _watched?.MarkDone(byPath[file.Path].Local);
            },
            (file, failure) =>
            {
                if (failure.RefusalCode == "file_exists")
                {
                    // Another program uploaded it after the folder was listed.
                    kept.ForgetListing();
                }

                AddFailed(byPath[file.Path].Local, failure);
            },
            cancellationToken);
    }

    private string? PrefixOfOthers(Planned any) => _plan.ReportsOthers ? FolderOf(any) + _plan.Settings.PathOf("") : null;

    // The key without the path of the file is the folder of all keys.
    private static string FolderOf(Planned any) => any.Key[..^any.Local.Path.Length];

    private void ReportOthers(StoredFiles stored, List<LocalFile> files, Planned any)
    {
        var folder = FolderOf(any);
        var start = folder.Length + _plan.Settings.PathOf("").Length;
        var local = files.Select(file => folder + file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var other in stored.Others.Where(other => !local.Contains(other.Key) && _plan.Settings.Filter.Matches(other.Key[start..])))
        {
            _report.Record(
                new PlannedRecord("file", "only_in_store", other.Key[folder.Length..], other.Key, other.Size),
                ToolJson.Default.PlannedRecord);
            _report.Line($"only in the store: {Report.Safe(other.Key)} ({Amount.Bytes(other.Size)})");
        }
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
                var state = LocalState.Of(file.File, _session.Time.GetUtcNow());
                planned.Add(new Planned(file, state, upload, await _uploader.GetKeyAsync(upload, cancellationToken)));
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
        var (count, bytes) = (0, 0L);
        foreach (var file in planned)
        {
            var isStored = await IsStoredAsync(file, stored, cancellationToken);
            _report.Record(
                new PlannedRecord("file", isStored ? "already_there" : "would_upload", file.Local.Path, file.Key, file.Upload.Size),
                ToolJson.Default.PlannedRecord);
            if (!isStored)
            {
                (count, bytes) = (count + 1, bytes + file.Upload.Size);
                _report.Line($"would upload {file.Local.File.FullName} as {Report.Safe(file.Key)} ({Amount.Bytes(file.Upload.Size)})");
            }
        }

        _report.Note($"Would upload {Amount.Files(count)} ({Amount.Bytes(bytes)}); {planned.Count - count} already there.");
    }

    /// <summary>Returns the files to upload. Compares several at once with the stored ones, and reports those that are the same.</summary>
    private async IAsyncEnumerable<FileToUpload> SelectChangedAsync(
        List<Planned> planned, StoredFiles stored, TransferDisplay display, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = Channel.CreateUnbounded<FileToUpload>();
        var comparing = CompareAllAsync();
        await foreach (var file in changed.Reader.ReadAllAsync(cancellationToken))
        {
            yield return file;
        }

        await comparing;

        async Task CompareAllAsync()
        {
            try
            {
                await Parallel.ForEachAsync(
                    planned,
                    new ParallelOptions { MaxDegreeOfParallelism = _plan.Settings.Parallel, CancellationToken = cancellationToken },
                    async (file, token) =>
                    {
                        var line = display.Begin(file.Local.Path, file.Upload.Size);
                        if (await IsUploadedAsync(file, stored, line, token))
                        {
                            line.Dispose();
                        }
                        else
                        {
                            changed.Writer.TryWrite(
                                file.Upload with { Sent = line, Overwrite = _plan.Settings.Force || stored.Has(file.Key) });
                        }
                    });
            }
            finally
            {
                changed.Writer.Complete();
            }
        }
    }

    /// <summary>Whether a file needs no upload, because it is stored or cannot be compared. Reports it.</summary>
    private async Task<bool> IsUploadedAsync(
        Planned file, StoredFiles stored, TransferProgress.ActiveFile line, CancellationToken cancellationToken)
    {
        try
        {
            if (!await IsStoredAsync(file, stored, cancellationToken))
            {
                return false;
            }

            line.Skip();
            _result.AddSkipped(file.Local.Path, file.Key, file.Upload.Size);
            _watched?.MarkDone(file.Local);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure && !failure.Ends.HasFlag(RunPhases.Upload))
        {
            AddFailed(file.Local, failure);
        }

        return true;
    }

    private void AddFailed(LocalFile file, Failure failure)
    {
        _result.AddFailed(file.Path, failure);
        _watched?.MarkFailed(file);
    }

    private async Task<bool> IsStoredAsync(Planned file, StoredFiles stored, CancellationToken cancellationToken)
    {
        if (stored.Find(file.Key) is not { } found)
        {
            return false;
        }

        var usesEarlierResults = _plan.Comparison == FileComparison.ContentOrChange;
        if (usesEarlierResults && _folder!.Kept.IsVerified(found, file.State))
        {
            return true;
        }

        var comparesContent = _plan.Comparison is FileComparison.ContentOrChange or FileComparison.Checksum;
        if (comparesContent && found.ETag.Length == 0)
        {
            // This program uploaded the file and does not know its ETag.
            if (await stored.WithUrlAsync(found, cancellationToken) is not { } listed)
            {
                return false;
            }

            found = listed;
        }

        var isSame = await _comparer.IsSameAsync(file.Local.File, found, stored, cancellationToken);
        if (isSame && usesEarlierResults)
        {
            _folder!.Kept.SetVerified(found, file.State);
        }

        return isSame;
    }

    private sealed record Planned(LocalFile Local, LocalState? State, FileToUpload Upload, string Key);
}
