using System.Runtime.CompilerServices;
using S3Auth.Cli.Output;
using S3Auth.Client;
using S3Auth.Client.Downloads;

namespace S3Auth.Cli.Transfers;

/// <summary>Downloads files into a folder, each under its key, but those that are there already.</summary>
internal sealed class DownloadRun(Session session, string folder, int parallel)
{
    private readonly Report _report = session.Report;
    private readonly FileReader _reader = session.Client.CreateReader();
    private readonly TransferResult _result = new(session.Report, "downloaded");
    private readonly Places _places = new(folder);

    /// <param name="owners">Whose files.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="cancellationToken">Stops; what has arrived stays.</param>
    internal Task<ExitCode> RunAsync(IReadOnlyList<FileOwner> owners, FileFilter filter, CancellationToken cancellationToken) =>
        _result.OfAsync(
            async () =>
            {
                await DownloadAsync(owners, filter, cancellationToken);
                return _result.End();
            },
            cancellationToken);

    private async Task DownloadAsync(IReadOnlyList<FileOwner> owners, FileFilter filter, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var display = new TransferDisplay(_report, "Downloading");
        await Parallel.ForEachAsync(
            FindAsync(owners, filter, display, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (file, token) => await DownloadOneAsync(file, display, token));
    }

    private async IAsyncEnumerable<RemoteFile> FindAsync(
        IReadOnlyList<FileOwner> owners, FileFilter filter, TransferDisplay display, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var owner in owners)
        {
            await foreach (var file in _reader.ListAsync(owner, filter.Source, filter.Prefix, cancellationToken))
            {
                if (filter.Takes(file))
                {
                    display.Expect(1, file.Size);
                    yield return file;
                }
            }
        }
    }

    private async ValueTask DownloadOneAsync(RemoteFile file, TransferDisplay display, CancellationToken cancellationToken)
    {
        using var line = display.Begin(file.Key, file.Size);
        try
        {
            using var place = _places.Claim(LocalName.Of(file.Key, out _));
            var (path, isMapped) = (place.Path, place.Name != file.Key);
            if (isMapped)
            {
                _report.Warn($"{Report.Safe(file.Key)} is kept as {place.Name}");
            }

            if (await IsThereAsync(file, path, cancellationToken))
            {
                line.Report(file.Size);
                _result.There(path, file.Key, file.Size);
                return;
            }

            await _reader.DownloadAsync(file, path, line, cancellationToken);
            _result.Moved(path, file.Key, file.Size, isMapped ? place.Name : null);
        }
        catch (Exception exception) when (Failures.IsForeseen(exception) && !FatalFailure.Is(exception))
        {
            _result.Failed(file.Key, exception);
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
            || (file.Md5 is { } md5 && await Md5.OfAsync(path, cancellationToken) == md5);
    }
}
