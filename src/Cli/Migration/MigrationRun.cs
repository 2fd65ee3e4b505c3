namespace S3Auth.Cli.Migration;

/// <summary>What to move, and where.</summary>
internal sealed record MigrationPlan
{
    public required HubDataset Dataset { get; init; }

    public required string Revision { get; init; }

    public required IReadOnlyList<string> Include { get; init; }

    public required IReadOnlyList<string> Exclude { get; init; }

    public required UploadSettings Settings { get; init; }
}

/// <summary>
/// Streams a dataset's files from the Hub into the miner's folder, none of them ever whole in memory or on disk. A file whose hash is not
/// what the Hub says is not stored.
/// </summary>
internal sealed class MigrationRun(Session session, HubClient hub, MigrationJournal journal, MigrationPlan plan)
{
    private readonly Report _report = session.Report;
    private readonly FolderUploader _uploader = session.Client.CreateUploader(session.Wallet.Coldkey);
    private readonly TransferResult _result = new(session.Report, "migrated");

    internal Task<ExitCode> RunAsync(CancellationToken cancellationToken) => _result.RunAsync(
        async () =>
        {
            var commit = await hub.GetCommitAsync(plan.Dataset, plan.Revision, cancellationToken);
            _report.Note($"{plan.Dataset} at {commit[..12]}");
            var structure = await _uploader.GetStructureAsync(cancellationToken);
            var planned = await PlanAsync(commit, structure, cancellationToken);
            var there = await StoredFiles.FindAsync(session, plan.Settings, structure, [.. planned.Select(file => file.Key)], cancellationToken);
            if (plan.Settings.DryRun)
            {
                Tell(planned, there);
                return _result.Outcome;
            }

            await MoveAsync(planned, there, cancellationToken);
            return _result.Finish();
        },
        cancellationToken);

    private async Task MoveAsync(List<Planned> planned, StoredFiles there, CancellationToken cancellationToken)
    {
        await using var display = new TransferDisplay(_report, "Migrating");
        display.Expect(planned.Count, planned.Sum(file => file.Upload.Size));
        await Parallel.ForEachAsync(
            planned,
            new ParallelOptions { MaxDegreeOfParallelism = plan.Settings.Parallel, CancellationToken = cancellationToken },
            async (file, token) => await MoveOneAsync(file, there, display, token));
    }

    private async Task<List<Planned>> PlanAsync(string commit, Structure structure, CancellationToken cancellationToken)
    {
        var job = plan.Settings.JobIn(structure);
        var include = plan.Include.DefaultIfEmpty("**").Select(pattern => new Glob(pattern)).ToList();
        var exclude = plan.Exclude.Select(pattern => new Glob(pattern)).ToList();

        var planned = new List<Planned>();
        await foreach (var file in hub.ListAsync(plan.Dataset, commit, cancellationToken))
        {
            // .gitattributes and the like are the repository's own.
            if (file.Path.Split('/').Any(segment => segment.StartsWith('.'))
                || !include.Exists(pattern => pattern.Matches(file.Path)) || exclude.Exists(pattern => pattern.Matches(file.Path)))
            {
                continue;
            }

            var upload = new FileToUpload
            {
                Path = plan.Settings.PathOf(file.Path),
                Size = file.Size,
                Source = plan.Settings.Source,
                JobId = job,
                Expected = file.Expected,
                OpenAsync = _ => ValueTask.FromResult<Stream>(new HubFileStream(
                    (from, token) => hub.OpenAsync(plan.Dataset, commit, file.Path, from, token), file.Size)),
            };
            try
            {
                planned.Add(new Planned(file, upload, await _uploader.GetKeyAsync(upload, cancellationToken)));
            }
            catch (UnacceptableFileException exception)
            {
                _result.AddFailed(file.Path, exception);
            }
        }

        return planned;
    }

    private void Tell(List<Planned> planned, StoredFiles there)
    {
        foreach (var file in planned)
        {
            var isThere = IsThere(file, there);
            _report.Record(new PlannedRecord("file", isThere ? "already_there" : "would_migrate", file.File.Path, file.Key, file.File.Size));
            if (!isThere)
            {
                _report.Line($"would migrate {Report.Safe(file.File.Path)} as {Report.Safe(file.Key)} ({Amount.Bytes(file.File.Size)})");
            }
        }
    }

    // By key and size, for those that this machine's journal does not know better.
    private bool IsThere(Planned file, StoredFiles there) =>
        there.Find(file.Key)?.Size == file.File.Size && (journal.Find(file.Key) is not { } id || id == file.File.Id);

    private async Task MoveOneAsync(Planned file, StoredFiles there, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.File.Path, file.File.Size);
        try
        {
            if (IsThere(file, there))
            {
                line.Report(file.File.Size);
                _result.AddSkipped(file.File.Path, file.Key, file.File.Size);
                return;
            }

            var uploaded = await _uploader.UploadAsync(file.Upload, line, cancellationToken);
            journal.Add(uploaded.Key, file.File.Id);
            _result.AddTransferred(file.File.Path, uploaded.Key, uploaded.Size);
        }
        catch (Exception exception) when (Failures.IsForeseen(exception) && !FatalFailure.Is(exception))
        {
            _result.AddFailed(file.File.Path, exception);
        }
    }

    private sealed record Planned(HubFile File, FileToUpload Upload, string Key);

    private sealed record PlannedRecord(string Type, string Status, string Path, string Key, long Size);
}
