namespace S3Auth.Client.Downloads;

/// <summary>
/// Ends a listing that does not go on. Cursors are opaque and keys need not be text, so it compares no order: a cursor or a last file that
/// repeats means that the listing loops.
/// </summary>
internal sealed class ListingLoopDetector
{
    // The server bounds a page in bytes, so pages may be short, but a page with a next one has files.
    private const int MaxEmptyPages = 10;

    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lastFiles = new(StringComparer.Ordinal);
    private int _emptyPages;

    /// <summary>Records a page before its files are used.</summary>
    /// <exception cref="ListingException">The page came before.</exception>
    internal void Accept(IReadOnlyList<RemoteFile> files, string? next)
    {
        if (files.Count > 0)
        {
            _emptyPages = 0;
            if (!_lastFiles.Add(files[^1].Identity))
            {
                throw new ListingException("The server's list repeats itself: the server sent the same page again.");
            }
        }
        else if (next is not null && ++_emptyPages > MaxEmptyPages)
        {
            throw new ListingException($"The server's list does not go on: it sent {_emptyPages} pages without a file.");
        }

        if (next is not null && !_cursors.Add(next))
        {
            throw new ListingException("The server's list does not go on: it sent the same cursor again.");
        }
    }
}
