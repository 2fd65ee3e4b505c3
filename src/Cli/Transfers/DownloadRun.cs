using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace S3Auth.Cli.Transfers;

/// <summary>The plan of a download.</summary>
internal sealed record DownloadPlan
{
    public required IReadOnlyList<FileOwner> Owners { get; init; }

    public required FileFilter Filter { get; init; }

    /// <summary>The local folder.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Returns the local path of a key, with <c>/</c> between segments. It removes or moves whole segments, because it also gets the key
    /// after unsafe characters were replaced.
    /// </summary>
    public Func<string, string> NameOf { get; init; } = key => key;

    /// <summary>The limit of all downloads together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    public required int Parallel { get; init; }

    /// <summary>Whether names must be distinct on every file system, not only on that of the folder.</summary>
    public bool HasPortableNames { get; init; }
}

/// <summary>Downloads files into a local folder. Skips files that exist with the same bytes.</summary>
internal sealed class DownloadRun(Session session, DownloadPlan plan)
{
    // A miner can have a million keys that need other names.
    private const int MaxMappingWarnings = 100;

    private readonly Report _report = session.Report;
    private readonly FileReader _reader = session.Client.CreateReader(plan.MaxBytesPerSecond);
    private readonly TransferResult _result = new(session, "downloaded");
    private int _mapped;
    private int _stalledInARow;

    internal Task<ExitCode> RunAsync(CancellationToken cancellationToken) => _result.RunAsync(
        async () =>
        {
            await DownloadAsync(cancellationToken);
            return _result.Finish();
        },
        cancellationToken);

    private async Task DownloadAsync(CancellationToken cancellationToken)
    {
        var paths = new LocalPathAllocator(plan.Folder, PrepareFolder());
        var files = new OwnerFiles(_reader, plan.Filter, (owner, failure) => _result.AddFailedList(owner.ToString(), failure));
        await using (var display = new TransferDisplay(_report, "Downloading"))
        {
            await Parallel.ForEachAsync(
                ExpectAsync(files.ListAsync(plan.Owners, cancellationToken), display, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = plan.Parallel, CancellationToken = cancellationToken },
                async (file, token) => await DownloadOneAsync(file, paths, display, token));
        }

        if (files.AbortedBy is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    private NameFolding PrepareFolder()
    {
        try
        {
            Directory.CreateDirectory(plan.Folder);
            return plan.HasPortableNames ? NameFolding.All : NameFoldingProbe.Of(plan.Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The folder {plan.Folder} cannot be written: {exception.Message} Choose another folder with --to.");
        }
    }

    private static async IAsyncEnumerable<RemoteFile> ExpectAsync(
        IAsyncEnumerable<RemoteFile> files, TransferDisplay display, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            display.AddExpected(1, file.Size);
            yield return file;
        }
    }

    private async ValueTask DownloadOneAsync(
        RemoteFile file, LocalPathAllocator paths, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Key, file.Size);
        try
        {
            using var allocated = paths.Allocate(plan.NameOf(LocalName.Of(file, out _)));
            var (path, isMapped) = (allocated.Path, allocated.Name != plan.NameOf(file.Key));
            if (isMapped)
            {
                WarnOfMapping(file.Key, allocated.Name);
            }

            if (await IsDownloadedAsync(file, path, cancellationToken))
            {
                line.Skip();
                _result.AddSkipped(path, file.Key, file.Size);
                return;
            }

            var arrived = await _reader.DownloadAsync(file, path, line, cancellationToken);
            Interlocked.Exchange(ref _stalledInARow, 0);
            _result.AddTransferred(path, file.Key, arrived.Size, isMapped ? allocated.Name : null);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure && !EndsRun(failure, exception))
        {
            _result.AddFailed(file.Key, failure);
        }
    }

    // One file may stall while others arrive. If more files stall in a row than are transferred at once, the store does not answer.
    private bool EndsRun(Failure failure, Exception exception) =>
        failure.Ends.HasFlag(RunPhases.Download)
        || (exception is StalledException && Interlocked.Increment(ref _stalledInARow) > plan.Parallel);

    private void WarnOfMapping(string key, string name)
    {
        var count = Interlocked.Increment(ref _mapped);
        if (count <= MaxMappingWarnings)
        {
            _report.Warn($"{Report.Safe(key)} is saved as {name}");
        }
        else if (count == MaxMappingWarnings + 1)
        {
            _report.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"More than {MaxMappingWarnings} files have other names than their keys. --json shows all of them."));
        }
    }

    /// <summary>Whether a local file is the stored one.</summary>
    internal static async Task<bool> IsDownloadedAsync(RemoteFile file, string path, CancellationToken cancellationToken)
    {
        var local = new FileInfo(path);
        if (!local.Exists || local.Length != file.Size)
        {
            return false;
        }

        // A download sets the object's time on its file. So this also works if the ETag is not an MD5.
        return local.LastWriteTimeUtc == file.LastModified.UtcDateTime
            || (file.Md5 is { } md5 && await Md5.OfFileAsync(path, cancellationToken) == md5);
    }
}
