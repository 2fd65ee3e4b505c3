namespace S3Auth.Cli.Transfers;

/// <summary>Copies files between this machine and the folder of a miner. Replaces existing files, as <c>cp</c> does.</summary>
internal sealed class CopyRun(RemoteFolder folder, CopyPlan plan)
{
    private readonly Session _session = folder.Session;
    private readonly Report _report = folder.Session.Report;
    private readonly TransferResult _result = new(folder.Session, plan.IsUpload ? "uploaded" : "downloaded");

    internal Task<ExitCode> RunAsync(CancellationToken cancellationToken) => (plan.IsUpload, plan.IsRecursive) switch
    {
        (true, _) when !folder.IsOwn => throw new UsageException("Only its owner can upload into a miner's folder. Leave --miner out."),
        (true, true) => UploadFolderAsync(cancellationToken),
        (false, true) => DownloadFolderAsync(cancellationToken),
        (true, false) => _result.RunAsync(() => UploadFilesAsync(cancellationToken), cancellationToken),
        (false, false) when plan.Local[0] == CopyPlan.Standard => PrintAsync(cancellationToken),
        _ => _result.RunAsync(() => DownloadFilesAsync(cancellationToken), cancellationToken),
    };

    private async Task<ExitCode> PrintAsync(CancellationToken cancellationToken)
    {
        await FileOutput.WriteAsync(_report, folder, plan.Remote, cancellationToken);
        return ExitCode.Done;
    }

    private Task<ExitCode> UploadFolderAsync(CancellationToken cancellationToken)
    {
        var path = plan.Local[0];
        if (!Directory.Exists(path))
        {
            throw new UsageException($"There is no folder {path}. To copy a file, leave --recursive out.");
        }

        var (job, to) = plan.Remote.SplitJob();
        return new UploadRun(_session, new UploadPlan
        {
            Paths = [path],
            Settings = Settings(job) with { To = to.Trim('/'), Filter = plan.Patterns, Ages = plan.Ages },
        }).RunAsync(cancellationToken);
    }

    private Task<ExitCode> DownloadFolderAsync(CancellationToken cancellationToken)
    {
        var root = folder.Resolve(plan.Remote with { Path = plan.Remote.Name.Length == 0 ? "" : plan.Remote.Name + "/" });
        var now = TimeProvider.System.GetUtcNow();
        var segments = folder.Layout.FolderSegments + root.Path.Count(character => character == '/');
        return new DownloadRun(_session, new DownloadPlan
        {
            Owners = [folder.Owner],
            Filter = new FileFilter(folder.Source, Prefix: null, plan.Ages.After(now), plan.Ages.Before(now))
            {
                Layout = folder.Layout,
                Paths = plan.Patterns,
                Root = root,
            },
            Folder = Path.GetFullPath(plan.Local[0]),
            NameOf = key => KeyLayout.WithoutSegments(key, segments),
            Parallel = plan.Parallel,
            MaxBytesPerSecond = plan.MaxBytesPerSecond,
        }).RunAsync(cancellationToken);
    }

    private async Task<ExitCode> UploadFilesAsync(CancellationToken cancellationToken)
    {
        var (job, to) = plan.Remote.SplitJob();
        var settings = Settings(job);
        var uploader = settings.CreateUploader(_session, usesFolderGrants: false);
        await settings.CheckAsync(uploader, cancellationToken);
        var structure = await uploader.GetStructureAsync(cancellationToken);
        using var spool = plan.Local[0] == CopyPlan.Standard
            ? await SpooledInput.ReadAsync(Console.OpenStandardInput(), structure.Max_bytes, cancellationToken)
            : null;
        var isFolder = plan.Remote.IsFolder || plan.Local.Count > 1;
        var files = (spool is null ? plan.Local.Select(FileOf) : [spool.File]).Select(file =>
            FileToUpload.FromFile(file, isFolder ? $"{to.TrimEnd('/')}/{file.Name}".TrimStart('/') : to) with
            {
                Source = folder.Source,
                JobId = settings.JobIn(structure),
                Overwrite = true,
            }).ToList();
        RefuseSameDestinations(files);

        // `upload` believes what is kept, so it must know that these files were replaced.
        var kept = new FolderSource(_session, structure, settings.SourceIn(structure)).Kept;
        try
        {
            await using var display = new TransferDisplay(_report, "Uploading");
            display.AddExpected(files.Count, files.Sum(file => file.Size));
            await uploader.UploadAsync(
                files.Select(file => file with { Sent = display.Begin(file.Path, file.Size) }).ToAsyncEnumerable(),
                (file, uploaded) =>
                {
                    kept.AddUploaded(uploaded, local: null);
                    _result.AddTransferred(file.Path, uploaded.Key, uploaded.Size);
                },
                (file, failure) => _result.AddFailed(file.Path, failure),
                cancellationToken);
        }
        finally
        {
            kept.Save();
        }

        return _result.Finish();
    }

    private async Task<ExitCode> DownloadFilesAsync(CancellationToken cancellationToken)
    {
        var target = plan.Local[0];
        var isFolder = Directory.Exists(target) || Path.EndsInDirectorySeparator(target) || target.EndsWith('/');
        if (plan.Remotes.Count > 1 && !isFolder)
        {
            throw new UsageException($"{target} is not a folder. To copy several files into a new folder, write {target}/.");
        }

        Directory.CreateDirectory(isFolder ? target : Path.GetDirectoryName(Path.GetFullPath(target))!);
        await using (var display = new TransferDisplay(_report, "Downloading"))
        {
            await Parallel.ForEachAsync(
                plan.Remotes,
                new ParallelOptions { MaxDegreeOfParallelism = plan.Parallel, CancellationToken = cancellationToken },
                async (remote, token) => await DownloadAsync(
                    remote, isFolder ? Path.Combine(target, LocalNameOf(remote)) : target, display, token));
        }

        return _result.Finish();
    }

    private async Task DownloadAsync(RemotePath remote, string path, TransferDisplay display, CancellationToken cancellationToken)
    {
        try
        {
            var file = await folder.FindAsync(remote, cancellationToken);
            using var line = display.Begin(file.Key, file.Size);
            display.AddExpected(1, file.Size);
            if (await DownloadRun.IsDownloadedAsync(file, path, cancellationToken))
            {
                line.Skip();
                _result.AddSkipped(path, file.Key, file.Size);
                return;
            }

            var arrived = await folder.Reader.DownloadAsync(file, path, line, cancellationToken);
            _result.AddTransferred(path, file.Key, arrived.Size);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure
            && !failure.Ends.HasFlag(RunPhases.Download))
        {
            _result.AddFailed(remote.Path, failure);
        }
    }

    // This machine may not allow the name, or it may be "..".
    private static string LocalNameOf(RemotePath remote) => LocalName.Of(remote.Name[(remote.Name.LastIndexOf('/') + 1)..], out _);

    private static FileInfo FileOf(string path) => File.Exists(path)
        ? new FileInfo(path)
        : throw new UsageException(Directory.Exists(path)
            ? $"{path} is a folder. Copy its files with --recursive."
            : $"There is no file {path}.");

    private static void RefuseSameDestinations(List<FileToUpload> files)
    {
        if (files.GroupBy(file => file.Path, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw new UsageException($"Several files would become {Report.Safe(same.Key)}. Copy them into different folders.");
        }
    }

    private UploadSettings Settings(string? job) => new()
    {
        Source = folder.Source,
        Job = job ?? folder.Job,
        Parallel = plan.Parallel,
        MaxBytesPerSecond = plan.MaxBytesPerSecond,
    };
}
