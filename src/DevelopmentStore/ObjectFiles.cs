using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The bucket on disk. Each object is one file that is named by the SHA-256 of its key, so that a key cannot choose a path. A finished file
/// is renamed into place, so the data stays consistent if the process is killed at any time. Files are not flushed to disk, so after a
/// power failure the newest objects may be missing.
/// <code>
/// data folder/store.lock                  locked while a process uses the folder
/// data folder/incoming/…                  unfinished transfers, removed at the next start
/// data folder/uploads/bucket/…            unfinished multipart uploads
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

    /// <summary>Locks the folder, removes unfinished uploads and reads the header of every object.</summary>
    /// <exception cref="IOException">Another process uses the folder, or it cannot be used at all.</exception>
    public ObjectFiles(string folder, string bucket, TimeProvider time, ILogger<ObjectFiles> logger)
    {
        CreatedAt = HttpTime.Now(time);
        _logger = logger;
        folder = Path.GetFullPath(folder);
        _incoming = Path.Combine(folder, "incoming");
        _objects = Path.Combine(folder, "objects", bucket);
        Uploads = Path.Combine(folder, "uploads", bucket);
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

    /// <summary>When the store was opened. Clients get it as the creation time of the bucket.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The folder for unfinished multipart uploads.</summary>
    public string Uploads { get; }

    /// <summary>The objects of the bucket.</summary>
    public KeyIndex Index { get; } = new();

    /// <summary>Starts an upload.</summary>
    public PendingObject Begin() => new(Path.Combine(_incoming, Guid.NewGuid().ToString("N")));

    /// <summary>Stores a finished upload as the object of its key.</summary>
    /// <param name="pending">The completely received upload.</param>
    /// <param name="stored">The object's description.</param>
    /// <param name="precondition">Gets the current object, or null. Throws to keep it.</param>
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

    /// <summary>Opens an object. Returns null if there is none.</summary>
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
                LogSkipped(path, "The name of the file does not match its key.");
                continue;
            }

            yield return stored;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded object store has {Count} objects in {Folder}")]
    private partial void LogLoaded(int count, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped {Path}, which is not an object of the embedded store: {Reason}")]
    private partial void LogSkipped(string path, string reason);
}
