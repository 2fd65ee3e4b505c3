using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace S3Auth.Cli.Transfers;

/// <summary>What to download, and how.</summary>
internal sealed record DownloadPlan
{
    public required IReadOnlyList<FileOwner> Owners { get; init; }

    public required FileFilter Filter { get; init; }

    /// <summary>Where the files go, each under its key.</summary>
    public required string Folder { get; init; }

    public required int Parallel { get; init; }

    /// <summary>Names are distinct on every file system, not only on the folder's own.</summary>
    public bool HasPortableNames { get; init; }
}

/// <summary>Downloads files into a folder, each under its key, but those that are there already.</summary>
internal sealed class DownloadRun(Session session, DownloadPlan plan)
{
    // A miner may have a million such keys.
    private const int MaxMappingWarnings = 100;

    private readonly Report _report = session.Report;
    private readonly FileReader _reader = session.Client.CreateReader();
    private readonly TransferResult _result = new(session.Report, "downloaded");
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
        Directory.CreateDirectory(plan.Folder);
        var places = new LocalPathAllocator(plan.Folder, plan.HasPortableNames ? NameFolding.All : NameFoldingProbe.Of(plan.Folder));
        var files = new OwnerFiles(_reader, plan.Filter, (owner, exception) => _result.AddFailedList(owner.ToString(), exception));
        await using (var display = new TransferDisplay(_report, "Downloading"))
        {
            await Parallel.ForEachAsync(
                ExpectAsync(files.ListAsync(plan.Owners, cancellationToken), display, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = plan.Parallel, CancellationToken = cancellationToken },
                async (file, token) => await DownloadOneAsync(file, places, display, token));
        }

        if (files.Fatal is { } fatal)
        {
            ExceptionDispatchInfo.Throw(fatal);
        }
    }

    private static async IAsyncEnumerable<RemoteFile> ExpectAsync(
        IAsyncEnumerable<RemoteFile> files, TransferDisplay display, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            display.Expect(1, file.Size);
            yield return file;
        }
    }

    private async ValueTask DownloadOneAsync(RemoteFile file, LocalPathAllocator places, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Key, file.Size);
        try
        {
            using var place = places.Allocate(LocalName.Of(file, out _));
            var (path, isMapped) = (place.Path, place.Name != file.Key);
            if (isMapped)
            {
                WarnOfMapping(file.Key, place.Name);
            }

            if (await IsThereAsync(file, path, cancellationToken))
            {
                line.Report(file.Size);
                _result.AddSkipped(path, file.Key, file.Size);
                return;
            }

            var arrived = await _reader.DownloadAsync(file, path, line, cancellationToken);
            Interlocked.Exchange(ref _stalledInARow, 0);
            _result.AddTransferred(path, file.Key, arrived.Size, isMapped ? place.Name : null);
        }
        catch (Exception exception) when (Failures.IsForeseen(exception) && !IsFatal(exception))
        {
            _result.AddFailed(file.Key, exception);
        }
    }

    // One file may stall while others arrive. If nothing else arrives either, the store does not answer.
    private bool IsFatal(Exception exception) =>
        FatalFailure.OfDownload(exception) || (exception is StalledException && Interlocked.Increment(ref _stalledInARow) > plan.Parallel);

    private void WarnOfMapping(string key, string name)
    {
        var count = Interlocked.Increment(ref _mapped);
        if (count <= MaxMappingWarnings)
        {
            _report.Warn($"{Report.Safe(key)} is kept as {name}");
        }
        else if (count == MaxMappingWarnings + 1)
        {
            _report.Warn(string.Create(
                CultureInfo.InvariantCulture, $"More than {MaxMappingWarnings} files have other names than their keys; --json shows all of them."));
        }
    }

    private static async Task<bool> IsThereAsync(RemoteFile file, string path, CancellationToken cancellationToken)
    {
        var local = new FileInfo(path);
        if (!local.Exists || local.Length != file.Size)
        {
            return false;
        }

        // A download gives its file the object's time, so that this holds too where the ETag tells nothing.
        return local.LastWriteTimeUtc == file.LastModified.UtcDateTime
            || (file.Md5 is { } md5 && await Md5.OfFileAsync(path, cancellationToken) == md5);
    }
}
