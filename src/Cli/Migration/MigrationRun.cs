namespace S3Auth.Cli.Migration;

/// <summary>The plan of a migration.</summary>
internal sealed record MigrationPlan
{
    public required HubDataset Dataset { get; init; }

    public required string Revision { get; init; }

    public required UploadSettings Settings { get; init; }
}

/// <summary>
/// Streams the files of a dataset from the Hub into the miner's folder, without a copy on disk. Does not store a file whose hash differs
/// from the Hub's.
/// </summary>
internal sealed class MigrationRun(Session session, HubClient hub, MigrationJournal journal, MigrationPlan plan)
{
    private readonly Report _report = session.Report;
    private readonly FileUploader _uploader = plan.Settings.CreateUploader(session, usesFolderGrants: false);
    private readonly TransferResult _result = new(session, "migrated");

    internal Task<ExitCode> RunAsync(CancellationToken cancellationToken) => _result.RunAsync(
        async () =>
        {
            await plan.Settings.CheckAsync(_uploader, cancellationToken);
            var commit = await hub.GetCommitAsync(plan.Dataset, plan.Revision, cancellationToken);
            _report.Note($"{plan.Dataset} at {commit[..12]}");
            var structure = await _uploader.GetStructureAsync(cancellationToken);
            var planned = await PlanAsync(commit, structure, cancellationToken);
            var folder = new FolderSource(session, structure, plan.Settings.SourceIn(structure));
            try
            {
                using var stored = await StoredFiles.FindAsync(
                    folder, plan.Settings, [.. planned.Select(file => file.Key)], prefix: null, cancellationToken);
                if (plan.Settings.DryRun)
                {
                    ReportPlan(planned, stored);
                    return _result.ExitCode;
                }

                await MigrateAsync(planned, stored, folder, cancellationToken);
            }
            finally
            {
                folder.Kept.Save();
            }

            return _result.Finish();
        },
        cancellationToken);

    private async Task MigrateAsync(
        List<Planned> planned, StoredFiles stored, FolderSource folder, CancellationToken cancellationToken)
    {
        await using var display = new TransferDisplay(_report, "Migrating");
        display.AddExpected(planned.Count, planned.Sum(file => file.Upload.Size));
        var byPath = planned.ToDictionary(file => file.Upload.Path, file => file.File, StringComparer.Ordinal);
        await _uploader.UploadAsync(
            SelectMissing(planned, stored, display).ToAsyncEnumerable(),
            (file, uploaded) =>
            {
                journal.Add(uploaded.Key, byPath[file.Path].Id);
                folder.Kept.AddUploaded(uploaded, local: null);
                _result.AddTransferred(byPath[file.Path].Path, uploaded.Key, uploaded.Size);
            },
            (file, failure) => _result.AddFailed(byPath[file.Path].Path, failure),
            cancellationToken);
    }

    private async Task<List<Planned>> PlanAsync(string commit, Structure structure, CancellationToken cancellationToken)
    {
        var job = plan.Settings.JobIn(structure);
        var planned = new List<Planned>();
        await foreach (var file in hub.ListAsync(plan.Dataset, commit, cancellationToken))
        {
            // Hidden files such as .gitattributes are not data.
            if (file.Path.Split('/').Any(segment => segment.StartsWith('.')) || !plan.Settings.Filter.Matches(file.Path))
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
                _result.AddFailed(file.Path, Failure.Of(exception));
            }
        }

        return planned;
    }

    private void ReportPlan(List<Planned> planned, StoredFiles stored)
    {
        foreach (var file in planned)
        {
            var isStored = IsStored(file, stored);
            _report.Record(
                new PlannedRecord("file", isStored ? "already_there" : "would_migrate", file.File.Path, file.Key, file.File.Size),
                ToolJson.Default.PlannedRecord);
            if (!isStored)
            {
                _report.Line($"would migrate {Report.Safe(file.File.Path)} as {Report.Safe(file.Key)} ({Amount.Bytes(file.File.Size)})");
            }
        }
    }

    // Compares the hash if this machine's journal has it, otherwise only the size.
    private bool IsStored(Planned file, StoredFiles stored) =>
        stored.Find(file.Key)?.Size == file.File.Size && (journal.Find(file.Key) is not { } id || id == file.File.Id);

    private IEnumerable<FileToUpload> SelectMissing(List<Planned> planned, StoredFiles stored, TransferDisplay display)
    {
        foreach (var file in planned)
        {
            var line = display.Begin(file.File.Path, file.File.Size);
            if (IsStored(file, stored))
            {
                line.Skip();
                _result.AddSkipped(file.File.Path, file.Key, file.File.Size);
            }
            else
            {
                yield return file.Upload with { Sent = line, Overwrite = plan.Settings.Force || stored.Has(file.Key) };
            }
        }
    }

    private sealed record Planned(HubFile File, FileToUpload Upload, string Key);
}
