namespace S3Auth.Client.Uploads;

/// <summary>A file and its destination.</summary>
public sealed record FileToUpload
{
    /// <summary>The path within the miner's folder, with <c>/</c> between segments.</summary>
    public required string Path { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>
    /// Opens the file at its first byte. Called once per attempt and part, from several threads. A file that is sent in parts needs a
    /// stream that can seek.
    /// </summary>
    public required Func<CancellationToken, ValueTask<Stream>> OpenAsync { get; init; }

    /// <summary>Whether the file changed since this object was made. Asked before the last block is sent.</summary>
    public Func<bool> HasChanged { get; init; } = () => false;

    /// <summary>The source whose folder gets the file; null for the deployment's first source, or if the layout has no sources.</summary>
    public string? Source { get; init; }

    /// <summary>The job whose folder gets the file: <c>job_id={job}/</c> within the miner's folder.</summary>
    public string? JobId { get; init; }

    /// <summary>
    /// Whether the upload may replace a stored file. If not, the server refuses a file that exists. A folder grant always replaces.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// The hash that the file must have. If it has another one, the upload ends early and nothing is stored. Such a file is sent in one
    /// request, because its hash is verified before the last block.
    /// </summary>
    public ExpectedContent? Expected { get; init; }

    /// <summary>Receives the number of bytes of each block sent, and a negative number if bytes must be sent again.</summary>
    public IProgress<long>? Sent { get; init; }

    /// <summary>Returns a local file to upload. The upload fails if its size or its modification time changes meanwhile.</summary>
    /// <param name="file">The local file.</param>
    /// <param name="path">The path within the miner's folder.</param>
    public static FileToUpload FromFile(FileInfo file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        var (name, size, written) = (file.FullName, file.Length, file.LastWriteTimeUtc);
        return new FileToUpload
        {
            Path = path,
            Size = size,
            HasChanged = () => new FileInfo(name) is var now && !(now.Exists && now.Length == size && now.LastWriteTimeUtc == written),
            OpenAsync = _ => ValueTask.FromResult<Stream>(new FileStream(name, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                // Other programs may write the file meanwhile.
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            })),
        };
    }
}
