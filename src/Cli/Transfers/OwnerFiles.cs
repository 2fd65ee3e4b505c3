using System.Runtime.CompilerServices;

namespace S3Auth.Cli.Transfers;

/// <summary>
/// Lists the files of several owners, one after the other. Reports a list that fails and continues with the others, unless they would fail
/// for the same reason. Then the listing ends; the caller can still use the files listed so far.
/// </summary>
/// <param name="reader">Lists one owner's files.</param>
/// <param name="filter">Selects files.</param>
/// <param name="failed">Called for each owner whose list failed.</param>
internal sealed class OwnerFiles(FileReader reader, FileFilter filter, Action<FileOwner, Exception> failed)
{
    /// <summary>Why the listing was aborted; null if it was not.</summary>
    internal Exception? Fatal { get; private set; }

    internal async IAsyncEnumerable<RemoteFile> ListAsync(IReadOnlyList<FileOwner> owners, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var owner in owners)
        {
            await using var files = reader.ListAsync(owner, filter.Source, filter.Prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(files, owner))
            {
                if (filter.Takes(files.Current))
                {
                    yield return files.Current;
                }
            }

            if (Fatal is not null)
            {
                yield break;
            }
        }
    }

    private async Task<bool> MoveNextAsync(IAsyncEnumerator<RemoteFile> files, FileOwner owner)
    {
        try
        {
            return await files.MoveNextAsync();
        }
        catch (Exception exception) when (Failures.IsForeseen(exception))
        {
            if (FatalFailure.OfListing(exception))
            {
                Fatal = exception;
            }
            else
            {
                failed(owner, exception);
            }

            return false;
        }
    }
}
