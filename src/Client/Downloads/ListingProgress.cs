namespace S3Auth.Client.Downloads;

/// <summary>
/// Ends a listing that does not go on. Cursors are opaque, and a key may be no text, so nothing is compared by its order: a cursor or a
/// last file that came before comes again only in a circle.
/// </summary>
internal sealed class ListingProgress
{
    // The server bounds a page in bytes, so pages may be short, but a page with a next one has files.
    private const int MaxEmptyPages = 10;

    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lastFiles = new(StringComparer.Ordinal);
    private int _emptyPages;

    /// <summary>Takes note of a page before its files are used.</summary>
    /// <exception cref="ListingException">It is one that came before.</exception>
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
