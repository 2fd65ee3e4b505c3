namespace S3Auth.Cli.Transfers;

/// <summary>The plan of a listing.</summary>
internal sealed record ListPlan
{
    public required IReadOnlyList<FileOwner> Owners { get; init; }

    public required FileFilter Filter { get; init; }

    /// <summary>The number of levels to print. Files below become one line for their folder.</summary>
    public int MaxDepth { get; init; } = int.MaxValue;

    /// <summary>Whether to print the ETag.</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether to print sizes with units, instead of in bytes.</summary>
    public bool IsHuman { get; init; } = true;
}

/// <summary>Prints the files of miners, one a line.</summary>
internal sealed class ListRun(Session session, ListPlan plan)
{
    private readonly Report _report = session.Report;
    private long _files;
    private long _bytes;
    private Folder? _folder;

    internal async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var (failed, exitCode) = (0L, ExitCode.Done);
        var listing = new OwnerFiles(session.Client.CreateReader(), plan.Filter, (owner, failure) =>
        {
            _report.Fail($"Listing of {owner}: {failure.Message}");
            (failed, exitCode) = (failed + 1, exitCode == ExitCode.Done ? failure.ExitCode : exitCode);
        }, session.OwnFolder);
        await foreach (var file in listing.ListAsync(plan.Owners, cancellationToken))
        {
            (_files, _bytes) = (_files + 1, _bytes + file.Size);
            Add(file);
        }

        EndFolder();
        if (listing.AbortedBy is { } cause)
        {
            return _report.Fail(Failure.Of(cause));
        }

        if (!listing.HasFound && failed == 0 && plan.Owners.Count == 1)
        {
            plan.Filter.RefuseMissing();
        }

        _report.Record(
            new ListSummaryRecord("summary", _files, _bytes, failed == 0 ? null : failed, QuotaRecord.Of(session)),
            ToolJson.Default.ListSummaryRecord);
        _report.Note($"{Amount.Files(_files)}, {Amount.Bytes(_bytes)}{(failed == 0 ? "" : $"; {failed} listings failed")}");
        return failed > 0 && failed < plan.Owners.Count ? ExitCode.PartlyDone : exitCode;
    }

    private void Add(RemoteFile file)
    {
        if (FolderOf(file) is not { } key)
        {
            EndFolder();
            _report.Record(
                new ListedRecord("file", file.Key, file.Size, file.LastModified, file.ETag), ToolJson.Default.ListedRecord);
            Print(file.LastModified, file.Size, file.ETag, file.Key);
            return;
        }

        // Files of one folder follow each other.
        if (_folder?.Key != key)
        {
            EndFolder();
            _folder = new Folder(key);
        }

        _folder.Add(file);
    }

    /// <summary>Returns the key of the folder that is printed instead of a file; null to print the file.</summary>
    private string? FolderOf(RemoteFile file)
    {
        var (path, slash) = (plan.Filter.RelativeOf(file)!, -1);
        for (var level = 0; level < plan.MaxDepth; level++)
        {
            slash = path.IndexOf('/', slash + 1);
            if (slash < 0)
            {
                return null;
            }
        }

        return file.Key[..(file.Key.Length - path.Length + slash + 1)];
    }

    private void EndFolder()
    {
        if (_folder is { } folder)
        {
            _folder = null;
            _report.Record(
                new ListedFolderRecord("folder", folder.Key, folder.Files, folder.Bytes, folder.LastModified),
                ToolJson.Default.ListedFolderRecord);
            Print(folder.LastModified, folder.Bytes, etag: "", folder.Key);
        }
    }

    private void Print(DateTimeOffset modified, long size, string etag, string key)
    {
        var amount = plan.IsHuman ? Amount.Bytes(size) : size.ToString(CultureInfo.InvariantCulture);
        var middle = plan.IsLong ? $"{amount,14}  {etag,-34}" : $"{amount,10}";
        _report.Line(string.Create(
            CultureInfo.InvariantCulture, $"{modified.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {middle}  {Report.Safe(key)}"));
    }

    internal sealed record ListedRecord(string Type, string Key, long Size, DateTimeOffset LastModified, string Etag);

    internal sealed record ListedFolderRecord(string Type, string Key, long Files, long Size, DateTimeOffset LastModified);

    internal sealed record ListSummaryRecord(string Type, long Files, long Bytes, long? ListsFailed, QuotaRecord? Quota);

    private sealed class Folder(string key)
    {
        internal string Key => key;

        internal long Files { get; private set; }

        internal long Bytes { get; private set; }

        internal DateTimeOffset LastModified { get; private set; }

        internal void Add(RemoteFile file)
        {
            (Files, Bytes) = (Files + 1, Bytes + file.Size);
            LastModified = file.LastModified > LastModified ? file.LastModified : LastModified;
        }
    }
}
