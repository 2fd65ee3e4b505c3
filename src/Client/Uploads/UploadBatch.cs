namespace S3Auth.Client.Uploads;

/// <summary>Files for one request to <c>/get-file-upload-urls</c>. They have one source and job, and all or none may overwrite.</summary>
internal sealed class UploadBatch
{
    /// <summary>The maximum number of files of a request.</summary>
    internal const int MaxFiles = 1000;

    // The server accepts bodies of 512 KiB.
    private const int MaxBodyBytes = 400 * 1024;

    // The members of a file besides its path: names, quotes, size and SHA-256.
    private const int BodyBytesOfFile = 160;

    private readonly List<FileToUpload> _files = [];
    private long _bodyBytes;
    private long _contentBytes;

    internal IReadOnlyList<FileToUpload> Files => _files;

    /// <summary>Whether the batch has room for a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maxContentBytes">The maximum of all files' sizes together. A single file may be larger.</param>
    internal bool HasRoomFor(FileToUpload file, long maxContentBytes) => _files.Count == 0
        || (_files.Count < MaxFiles
            && _bodyBytes + BodyBytesOf(file) <= MaxBodyBytes
            && _contentBytes + file.Size <= maxContentBytes);

    internal void Add(FileToUpload file)
    {
        _files.Add(file);
        _bodyBytes += BodyBytesOf(file);
        _contentBytes += file.Size;
    }

    // JSON escapes a character with up to six.
    private static int BodyBytesOf(FileToUpload file) => BodyBytesOfFile + Encoding.UTF8.GetByteCount(file.Path)
        + (5 * file.Path.Count(character => character is '"' or '\\' || char.IsSurrogate(character)));
}
