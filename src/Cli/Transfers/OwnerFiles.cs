using System.Runtime.CompilerServices;
using S3Auth.Client.Downloads;

namespace S3Auth.Cli.Transfers;

/// <summary>
/// Lists the files of several owners, one after the other. A list that fails is reported and the others go on, unless the reason would
/// end them too: then the listing ends, and what was listed may still be used.
/// </summary>
/// <param name="reader">Lists.</param>
/// <param name="filter">Which files.</param>
/// <param name="failed">Told of each owner whose list failed.</param>
internal sealed class OwnerFiles(FileReader reader, FileFilter filter, Action<FileOwner, Exception> failed)
{
    /// <summary>Why the listing ended before its end; null where it did not.</summary>
    internal Exception? Fatal { get; private set; }

    internal async IAsyncEnumerable<RemoteFile> ListAsync(IReadOnlyList<FileOwner> owners, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var owner in owners)
        {
            await using var files = reader.ListAsync(owner, filter.Source, filter.Prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await GoOnAsync(files, owner))
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

    private async Task<bool> GoOnAsync(IAsyncEnumerator<RemoteFile> files, FileOwner owner)
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
