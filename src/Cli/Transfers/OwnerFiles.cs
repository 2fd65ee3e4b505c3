using System.Runtime.CompilerServices;

namespace S3Auth.Cli.Transfers;

/// <summary>
/// Lists the files of several owners, one after the other. Reports a listing that fails and continues with the next owner. If the next one
/// would fail for the same reason, stops; the caller can still use the files listed so far.
/// </summary>
/// <param name="reader">Lists one owner's files.</param>
/// <param name="filter">Selects files.</param>
/// <param name="failed">Called for each owner whose listing failed.</param>
/// <param name="ownFolder">
/// Lists the caller's own files at no cost, but without URLs; null to list them by pages, with URLs.
/// </param>
internal sealed class OwnerFiles(
    FileReader reader, FileFilter filter, Action<FileOwner, Failure> failed, OwnFolder? ownFolder = null)
{
    /// <summary>The exception that ended the listing early; null if none did.</summary>
    internal Exception? AbortedBy { get; private set; }

    /// <summary>Whether there is a file at or below the path of the filter, selected or not.</summary>
    internal bool HasFound { get; private set; }

    internal async IAsyncEnumerable<RemoteFile> ListAsync(
        IReadOnlyList<FileOwner> owners, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var owner in owners)
        {
            await using var files = ListAsync(owner, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(files, owner) && !filter.IsPast(files.Current))
            {
                HasFound |= filter.RelativeOf(files.Current) is not null;
                if (filter.Matches(files.Current))
                {
                    yield return files.Current;
                }
            }

            if (AbortedBy is not null)
            {
                yield break;
            }
        }
    }

    private async IAsyncEnumerable<RemoteFile> ListAsync(FileOwner owner, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = owner.IsOwn && ownFolder is not null
            ? await ownFolder.ListAsync(filter.Source, filter.ListedPrefix, cancellationToken)
            : null;
        var files = own?.Files.ToAsyncEnumerable() ?? reader.ListAsync(owner, filter.Source, filter.ListedPrefix, cancellationToken);
        await foreach (var file in files)
        {
            yield return file;
        }
    }

    private async Task<bool> MoveNextAsync(IAsyncEnumerator<RemoteFile> files, FileOwner owner)
    {
        try
        {
            return await files.MoveNextAsync();
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure)
        {
            if (failure.Ends.HasFlag(RunPhases.Listing))
            {
                AbortedBy = exception;
            }
            else
            {
                failed(owner, failure);
            }

            return false;
        }
    }
}
