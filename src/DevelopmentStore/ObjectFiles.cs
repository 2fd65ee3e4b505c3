using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The bucket on disk: one file per object, named by the SHA-256 of its key, so that no key can name a file. Files become
/// visible whole, by a rename within the data folder. What survives is a process that is killed at any moment; files are not
/// forced to disk, so after a power failure the newest objects may be missing.
/// <code>
/// data folder/store.lock                  held while a process uses the folder
/// data folder/incoming/…                  unfinished uploads, removed at the next start
/// data folder/objects/bucket/ab/abcdef…   an object: 8 KiB of header, then its bytes
/// </code>
/// </summary>
internal sealed partial class ObjectFiles : IDisposable
{
    private readonly string _incoming;
    private readonly string _objects;
    private readonly FileStream _lock;
    private readonly ILogger<ObjectFiles> _logger;
    private readonly Lock _changes = new();

    /// <summary>Takes the folder, removes unfinished uploads and reads the header of every object.</summary>
    /// <exception cref="IOException">Another process uses the folder, or it cannot be used at all.</exception>
    public ObjectFiles(string folder, string bucket, TimeProvider time, ILogger<ObjectFiles> logger)
    {
        CreatedAt = HttpTime.Now(time);
        _logger = logger;
        folder = Path.GetFullPath(folder);
        _incoming = Path.Combine(folder, "incoming");
        _objects = Path.Combine(folder, "objects", bucket);
        Directory.CreateDirectory(_objects);
        try
        {
            _lock = new FileStream(Path.Combine(folder, "store.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new IOException($"The object store's data folder {folder} is in use by another process, or cannot be written.", taken);
        }

        if (Directory.Exists(_incoming))
        {
            Directory.Delete(_incoming, recursive: true);
        }

        Directory.CreateDirectory(_incoming);
        Index.Load(Scan());
        LogLoaded(Index.Count, folder);
    }

    /// <summary>When the bucket was opened, which stands for its creation.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>What is in the bucket.</summary>
    public KeyIndex Index { get; } = new();

    /// <summary>Begins an upload.</summary>
    public PendingObject Begin() => new(Path.Combine(_incoming, Guid.NewGuid().ToString("N")));

    /// <summary>Makes an upload the object of its key.</summary>
    /// <param name="pending">The upload, received whole.</param>
    /// <param name="stored">What it is.</param>
    /// <param name="precondition">Sees the object that is there now, or null; throws to leave it as it is.</param>
    public void Commit(PendingObject pending, StoredObject stored, Action<StoredObject?> precondition)
    {
        var path = PathOf(stored.Key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        lock (_changes)
        {
            precondition(Index.Find(stored.Key));
            pending.MoveTo(path, stored);
            Index.Set(stored);
        }
    }

    /// <summary>Opens an object, or returns null where there is none.</summary>
    public ObjectReader? Open(string key)
    {
        try
        {
            return ObjectReader.Open(PathOf(key));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Delete(string key)
    {
        lock (_changes)
        {
            if (Index.Find(key) is not null)
            {
                File.Delete(PathOf(key));
                Index.Remove(key);
            }
        }
    }

    public void Dispose() => _lock.Dispose();

    private string PathOf(string key)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return Path.Combine(_objects, name[..2], name);
    }

    private IEnumerable<StoredObject> Scan()
    {
        foreach (var path in Directory.EnumerateFiles(_objects, "*", SearchOption.AllDirectories))
        {
            StoredObject stored;
            try
            {
                using var reader = ObjectReader.Open(path);
                stored = reader.Stored;
            }
            catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                LogSkipped(path, unreadable.Message);
                continue;
            }

            if (!string.Equals(PathOf(stored.Key), path, StringComparison.Ordinal))
            {
                LogSkipped(path, "The file is not where its key belongs.");
                continue;
            }

            yield return stored;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded object store holds {Count} objects in {Folder}")]
    private partial void LogLoaded(int count, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped {Path}, which is not an object of the embedded store: {Reason}")]
    private partial void LogSkipped(string path, string reason);
}
