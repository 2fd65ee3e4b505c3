namespace S3Auth.Client.Downloads;

/// <summary>
/// Detects a listing that never ends. Cursors are opaque and keys need not be text, so it does not compare their order. The listing loops
/// if a cursor or the last file of a page repeats.
/// </summary>
internal sealed class ListingLoopDetector
{
    // The server limits a page by bytes, so a page can be short. A few empty pages in a row are allowed.
    private const int MaxEmptyPages = 10;

    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lastFiles = new(StringComparer.Ordinal);
    private int _emptyPages;

    /// <summary>Checks a page before its files are used.</summary>
    /// <exception cref="ListingException">The listing loops.</exception>
    internal void Accept(IReadOnlyList<RemoteFile> files, string? next)
    {
        if (files.Count > 0)
        {
            _emptyPages = 0;
            if (!_lastFiles.Add(files[^1].Identity))
            {
                throw new ListingException("The server's listing repeats itself: the server sent the same page again.");
            }
        }
        else if (next is not null && ++_emptyPages > MaxEmptyPages)
        {
            throw new ListingException($"The server's listing does not end: the server sent {_emptyPages} pages without a file.");
        }

        if (next is not null && !_cursors.Add(next))
        {
            throw new ListingException("The server's listing repeats itself: the server sent the same cursor again.");
        }
    }
}
