namespace S3Auth.Application.Files;

/// <summary>
/// Lists the files of one owner's folders page by page, and signs a download URL for each. Prefix and cursor of the request can only narrow
/// the result to a part of these folders; any other value is refused.
/// </summary>
internal sealed class FilePageReader(
    FolderLayout layout, IObjectStore store, GrantIssuer grants, NewestUpload newest, ResponseMemoryLease memory)
{
    /// <summary>The maximum number of files in a page.</summary>
    internal const int MaxFiles = 1000;

    /// <summary>
    /// The approximate maximum of a page, in bytes of JSON (1 MiB). With long keys and URLs a page has fewer files than requested, but at
    /// least one.
    /// </summary>
    internal const int MaxBytes = 1024 * 1024;

    // For the store's listing and the page made from it.
    private const long MemoryForPage = 3L * MaxBytes;

    /// <param name="folders">The folders that the caller may read, in the order of the list.</param>
    /// <param name="request">The requested part of the files.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="RefusedException">
    /// <c>invalid_request</c>: prefix or cursor are invalid in these folders; <c>server_busy</c>: responses in flight use the whole memory
    /// budget; <c>storage_unavailable</c>, <c>storage_timeout</c>.
    /// </exception>
    internal async Task<FileList> ReadAsync(IReadOnlyList<Folder> folders, IFileListRequest request, CancellationToken cancellationToken)
    {
        var prefixes = Narrow(folders, request.Prefix);
        await memory.TakeAsync(MemoryForPage, cancellationToken);
        var (found, hasMore) = await ListAsync(prefixes, request, cancellationToken);
        newest.Record(found);
        var grant = await grants.IssueAsync(requestedExpiry: null, cancellationToken);

        var files = new List<ListedFile>(found.Count);
        var bytes = 0;
        foreach (var file in found)
        {
            var listed = new ListedFile(file.Key.Text, file.Size, file.LastModified, file.ETag, Sign(folders, file, grant));
            bytes += JsonSize.Of(listed);
            if (bytes > MaxBytes && files.Count > 0)
            {
                hasMore = true;
                break;
            }

            files.Add(listed);
        }

        // A string takes two bytes per character.
        memory.Resize(Math.Min(2L * bytes, MemoryForPage));
        return new FileList
        {
            Files = files,
            NextCursor = hasMore ? FileCursor.After(found[files.Count - 1].Key, prefixes) : null,
            ExpiresInSeconds = grant.Seconds,
            Prefixes = prefixes,
            Expiry = grant.Expiry,
        };
    }

    private async Task<(List<StoredFile> Files, bool HasMore)> ListAsync(
        List<string> prefixes, IFileListRequest request, CancellationToken cancellationToken)
    {
        var limit = (int)(request.Limit ?? MaxFiles);
        var (current, after) = Begin(prefixes, request.Cursor);
        var files = new List<StoredFile>();
        for (; current < prefixes.Count; current++, after = null)
        {
            // If the page is full, one more file tells whether there is another page.
            var room = limit - files.Count;
            var page = await store.ListFilesAsync(prefixes[current], after, Math.Max(room, 1), cancellationToken);
            if (room == 0 && page.Files.Count > 0)
            {
                return (files, HasMore: true);
            }

            files.AddRange(page.Files);
            if (page.HasMore)
            {
                return (files, HasMore: true);
            }
        }

        return (files, HasMore: false);
    }

    private List<string> Narrow(IReadOnlyList<Folder> folders, string? prefix)
    {
        var narrowed = new List<string>(folders.Count);
        foreach (var folder in folders)
        {
            if (folder.TryNarrow(prefix ?? "", layout.Root, out var inside))
            {
                narrowed.Add(inside);
            }
        }

        if (narrowed.Count == 0)
        {
            var prefixes = string.Join(" or ", folders.Select(folder => $"'{folder.Prefix}'"));
            throw Refuse(
                "prefix",
                $"Send a 'prefix' that begins with {prefixes}, or only the part after it, without '.' and '..' segments.");
        }

        return narrowed;
    }

    private static (int Index, ObjectKey? After) Begin(List<string> prefixes, string? cursor)
    {
        if (cursor is null)
        {
            return (0, null);
        }

        return FileCursor.TryRead(cursor, prefixes, out var index, out var key)
            ? (index, key)
            : throw Refuse(
                "cursor",
                "Send the unchanged 'next_cursor' of an earlier answer to the same request, or leave out 'cursor' to start from the "
                    + "beginning.");
    }

    // Signs now, because the limit of a page counts the lengths of its URLs.
    private static string? Sign(IReadOnlyList<Folder> folders, StoredFile file, Grant grant) =>
        file.Key.TryGetName(out var name) && folders.Any(folder => folder.Contains(name))
            ? grant.Signer.SignGet(name, grant.Expiry).ToString()
            : null;

    private static RefusedException Refuse(string member, string detail) => new(
        RefusalCode.InvalidRequest, detail, new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [detail] });
}
