namespace S3Auth.Cli.Transfers;

/// <summary>The plan of <c>s3auth du</c>.</summary>
internal sealed record FolderSizePlan
{
    public required IReadOnlyList<FileOwner> Owners { get; init; }

    public required FileFilter Filter { get; init; }

    /// <summary>The number of levels of folders to print below the total of each owner.</summary>
    public required int MaxDepth { get; init; }

    /// <summary>Whether to print sizes with units, instead of in bytes.</summary>
    public bool IsHuman { get; init; } = true;
}

/// <summary>Adds up the files of miners by folder.</summary>
internal sealed class FolderSizeRun(Session session, FolderSizePlan plan)
{
    // A miner chooses its folders, so it could fill the memory of a validator.
    private const int MaxFolders = 100_000;

    private readonly Report _report = session.Report;

    internal async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var (total, failed, exitCode) = (default(Sum), 0L, ExitCode.Done);
        var reader = session.Client.CreateReader();
        foreach (var owner in plan.Owners)
        {
            var (sums, isComplete) = (new SortedDictionary<string, Sum>(StringComparer.Ordinal) { [""] = default }, true);
            var listing = new OwnerFiles(reader, plan.Filter, (_, failure) =>
            {
                _report.Fail($"Listing of {owner}: {failure.Message}");
                (failed, isComplete, exitCode) = (failed + 1, false, exitCode == ExitCode.Done ? failure.ExitCode : exitCode);
            }, session.OwnFolder);
            await foreach (var file in listing.ListAsync([owner], cancellationToken))
            {
                Add(sums, file);
            }

            if (listing.AbortedBy is { } cause)
            {
                return _report.Fail(Failure.Of(cause));
            }

            if (isComplete && !listing.HasFound && plan.Owners.Count == 1)
            {
                plan.Filter.RefuseMissing();
            }

            // A partial sum would look like a total.
            if (isComplete)
            {
                Print(owner, sums);
                total = total.Add(sums[""]);
            }
        }

        if (plan.Owners.Count > 1)
        {
            _report.Note($"{Amount.Files(total.Files)}, {Amount.Bytes(total.Bytes)}{(failed == 0 ? "" : $"; {failed} listings failed")}");
        }

        return failed > 0 && failed < plan.Owners.Count ? ExitCode.PartlyDone : exitCode;
    }

    private void Add(SortedDictionary<string, Sum> sums, RemoteFile file)
    {
        var path = plan.Filter.RelativeOf(file)!;
        Add("");
        for (var (level, slash) = (0, path.IndexOf('/')); level < plan.MaxDepth && slash >= 0; level++)
        {
            Add(path[..(slash + 1)]);
            slash = path.IndexOf('/', slash + 1);
        }

        void Add(string folder)
        {
            sums[folder] = sums.GetValueOrDefault(folder).Add(new Sum(1, file.Size));
            if (sums.Count > MaxFolders)
            {
                throw new UsageException($"There are more than {MaxFolders} folders. Use a smaller --max-depth.");
            }
        }
    }

    private void Print(FileOwner owner, SortedDictionary<string, Sum> sums)
    {
        var root = plan.Filter.Root?.Path ?? "";
        var prefix = plan.Owners.Count > 1 ? $"{owner}  " : "";
        foreach (var (folder, sum) in sums)
        {
            var path = folder.Length == 0 ? root : root.Length == 0 ? folder : $"{root.TrimEnd('/')}/{folder}";
            _report.Record(
                new FolderSizeRecord("size", owner.ToString(), path, sum.Files, sum.Bytes), ToolJson.Default.FolderSizeRecord);
            var size = plan.IsHuman ? Amount.Bytes(sum.Bytes) : sum.Bytes.ToString(CultureInfo.InvariantCulture);
            _report.Line($"{size,14}  {Amount.Files(sum.Files),14}  {prefix}{Report.Safe(path.Length == 0 ? "." : path)}");
        }
    }

    internal sealed record FolderSizeRecord(string Type, string Owner, string Path, long Files, long Bytes);

    private readonly record struct Sum(long Files, long Bytes)
    {
        internal Sum Add(Sum other) => new(Files + other.Files, Bytes + other.Bytes);
    }
}
