namespace S3Auth.Client.Uploads;

/// <summary>A file and its destination.</summary>
public sealed record FileToUpload
{
    /// <summary>The path within the miner's folder, with <c>/</c> between segments.</summary>
    public required string Path { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Opens the file at its first byte. Called once per attempt.</summary>
    public required Func<CancellationToken, ValueTask<Stream>> OpenAsync { get; init; }

    /// <summary>The source whose folder gets the file; null for the deployment's first source, or if the layout has no sources.</summary>
    public string? Source { get; init; }

    /// <summary>The job whose folder gets the file: <c>job_id={job}/</c> within the miner's folder.</summary>
    public string? JobId { get; init; }

    /// <summary>The hash that the file must have. If it has another one, the upload ends early and nothing is stored.</summary>
    public ExpectedContent? Expected { get; init; }

    /// <summary>Returns a local file to upload.</summary>
    /// <param name="file">The local file.</param>
    /// <param name="path">The path within the miner's folder.</param>
    public static FileToUpload FromFile(FileInfo file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new FileToUpload
        {
            Path = path,
            Size = file.Length,
            OpenAsync = _ => ValueTask.FromResult<Stream>(new FileStream(file.FullName, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                // Other programs may write the file meanwhile. The upload fails if its size changes.
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            })),
        };
    }
}
