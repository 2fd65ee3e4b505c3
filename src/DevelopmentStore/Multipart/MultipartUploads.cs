using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The unfinished multipart uploads of the bucket on disk. A client's upload id is only looked up in memory, so it cannot choose a path.
/// <code>
/// data folder/uploads/bucket/id/upload   key, properties and start, as an object without content
/// data folder/uploads/bucket/id/7        part 7, as an object
/// </code>
/// </summary>
internal sealed partial class MultipartUploads
{
    /// <summary>The maximum number of parts, and the highest number of a part.</summary>
    public const int MaxParts = 10_000;

    private const string Description = "upload";

    // A usual lifecycle rule. Without a rule, AWS keeps unfinished uploads forever.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, MultipartUpload> _uploads = new(StringComparer.Ordinal);
    private readonly ObjectFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<MultipartUploads> _logger;

    /// <summary>Reads the uploads from disk. Removes those that are older than seven days or unreadable.</summary>
    public MultipartUploads(ObjectFiles files, TimeProvider time, ILogger<MultipartUploads> logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        Directory.CreateDirectory(files.Uploads);
        foreach (var folder in Directory.GetDirectories(files.Uploads))
        {
            if (Read(folder) is { } upload && upload.Initiated > time.GetUtcNow() - MaxAge)
            {
                _uploads[upload.Id] = upload;
            }
            else
            {
                Directory.Delete(folder, recursive: true);
                LogRemoved(folder);
            }
        }
    }

    /// <summary>The uploads in the order of S3 listings: by the UTF-8 bytes of the key, then by id, which begins with the time.</summary>
    public IReadOnlyList<MultipartUpload> All =>
        [.. _uploads.Values.OrderBy(upload => upload.Key, Utf8Order.Instance).ThenBy(upload => upload.Id, StringComparer.Ordinal)];

    /// <summary>Starts an upload.</summary>
    public MultipartUpload Create(string key, ObjectProperties properties)
    {
        var id = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N");
        var folder = Path.Combine(_files.Uploads, id);
        var description = new StoredObject(key, Size: 0, ETag: "\"\"", HttpTime.Now(_time), properties);
        using var pending = _files.Begin();
        Directory.CreateDirectory(folder);
        try
        {
            pending.MoveTo(Path.Combine(folder, Description), description);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        return _uploads[id] = new MultipartUpload(id, folder, description, []);
    }

    /// <exception cref="S3Exception">NoSuchUpload if the upload does not exist or is for another key.</exception>
    public MultipartUpload Find(string id, string key) =>
        _uploads.TryGetValue(id, out var upload) && upload.Key.Equals(key, StringComparison.Ordinal)
            ? upload
            : throw S3Error.NoSuchUpload.With();

    /// <inheritdoc cref="MultipartUpload.CloseAsync"/>
    public async Task CloseAsync(MultipartUpload upload, Func<Task> action, CancellationToken cancellation)
    {
        await upload.CloseAsync(action, cancellation);
        _uploads.TryRemove(upload.Id, out _);
    }

    private MultipartUpload? Read(string folder)
    {
        if (ReadFile(Path.Combine(folder, Description)) is not { } description)
        {
            return null;
        }

        var parts = new Dictionary<int, StoredObject>();
        foreach (var path in Directory.GetFiles(folder))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && ReadFile(path) is { } part)
            {
                parts[number] = part;
            }
        }

        return new MultipartUpload(Path.GetFileName(folder), folder, description, parts);
    }

    private StoredObject? ReadFile(string path)
    {
        try
        {
            using var reader = ObjectReader.Open(path);
            return reader.Stored;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            LogSkipped(path, unreadable.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed the unfinished multipart upload {Folder}")]
    private partial void LogRemoved(string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped {Path}, which is not a file of a multipart upload: {Reason}")]
    private partial void LogSkipped(string path, string reason);
}
