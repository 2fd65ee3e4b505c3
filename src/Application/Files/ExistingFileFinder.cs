namespace S3Auth.Application.Files;

/// <summary>
/// Finds out which of many files exist, with few requests to the store. Lists the folder from one wanted key to the next; each page covers
/// all wanted keys within it. If the folder has many other files in between, asks for the remaining keys one by one.
/// </summary>
internal sealed class ExistingFileFinder(IObjectStore store) : IDisposable
{
    // A page costs the store about as much as a few single requests.
    private const int MinKeysForListing = 4;
    private const int MaxPages = 4;
    private const int PageSize = 1000;

    private const int MaxRequestsOfOneCaller = 8;

    // The limit of all callers together. It leaves most of the concurrent requests to the store to other work.
    private const int RequestsAtOnce = 16;

    private readonly SemaphoreSlim _slots = new(RequestsAtOnce);

    /// <summary>Returns the keys that exist.</summary>
    /// <param name="folder">The folder of all keys.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    internal async Task<IReadOnlySet<ObjectName>> FindAsync(
        Folder folder, IReadOnlyCollection<ObjectName> keys, CancellationToken cancellationToken)
    {
        var existing = new HashSet<ObjectName>();
        var wanted = new Queue<ObjectName>(keys.OrderBy(name => name, ByteOrder.Instance));
        for (var page = 0; page < MaxPages && wanted.Count >= MinKeysForListing; page++)
        {
            await ListAsync(folder, wanted, existing, cancellationToken);
        }

        var rest = wanted.ToArray();
        var exists = new bool[rest.Length];
        await Parallel.ForAsync(
            0,
            rest.Length,
            new ParallelOptions { MaxDegreeOfParallelism = MaxRequestsOfOneCaller, CancellationToken = cancellationToken },
            async (i, token) => exists[i] = await ExistsAsync(rest[i], token));
        existing.UnionWith(rest.Where((_, i) => exists[i]));
        return existing;
    }

    public void Dispose() => _slots.Dispose();

    private async Task<bool> ExistsAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await store.ExistsAsync(name, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    // Lists one page that begins before the first wanted key, and removes the wanted keys that the page covers.
    private async Task ListAsync(Folder folder, Queue<ObjectName> wanted, HashSet<ObjectName> existing, CancellationToken cancellationToken)
    {
        var page = await store.ListFilesAsync(folder.Prefix, Before(wanted.Peek()), PageSize, cancellationToken);
        var listed = page.Files.Select(file => file.Key).ToHashSet();
        var last = page.HasMore ? page.Files[^1].Key : default(ObjectKey?);
        while (wanted.TryPeek(out var name) && KeyOf(name) is var key && (last is not { } end || !key.IsAfter(end)))
        {
            wanted.Dequeue();
            if (listed.Contains(key))
            {
                existing.Add(name);
            }
        }
    }

    // A listing begins after a key. No key is between the result and the name, except keys that begin with the result. The result is UTF-8,
    // because some stores refuse other keys.
    private static ObjectKey? Before(ObjectName name)
    {
        var last = name.Key.EnumerateRunes().Last();
        var start = KeyOf(name).Bytes.Span[..^last.Utf8SequenceLength];
        return last.Value is > ' ' and <= '~' ? Read([.. start, (byte)(last.Value - 1)]) : Read(start);

        static ObjectKey? Read(ReadOnlySpan<byte> bytes) => ObjectKey.TryRead(bytes, out var before) ? before : null;
    }

    private static ObjectKey KeyOf(ObjectName name) => ObjectKey.TryRead(System.Text.Encoding.UTF8.GetBytes(name.Key), out var key)
        ? key
        : throw new InvalidOperationException("An object's name is a valid key.");

    /// <summary>The order of S3 listings: by the bytes of UTF-8, which differs from the order of UTF-16.</summary>
    private sealed class ByteOrder : IComparer<ObjectName>
    {
        internal static ByteOrder Instance { get; } = new();

        public int Compare(ObjectName x, ObjectName y) => KeyOf(x).Bytes.Span.SequenceCompareTo(KeyOf(y).Bytes.Span);
    }
}
