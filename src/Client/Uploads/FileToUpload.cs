namespace S3Auth.Client.Uploads;

/// <summary>One file, from wherever it comes, and where it goes.</summary>
public sealed record FileToUpload
{
    /// <summary>Where it goes within the folder, segments separated by <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Opens it at its beginning; called once for each try.</summary>
    public required Func<CancellationToken, ValueTask<Stream>> OpenAsync { get; init; }

    /// <summary>The source whose folder it goes to; the deployment's first one when left out, and where the layout has none.</summary>
    public string? Source { get; init; }

    /// <summary>The job whose folder, <c>job_id={job}/</c>, it goes to within the miner's.</summary>
    public string? JobId { get; init; }

    /// <summary>What it must be. Where it is something else the upload is broken off before its end, and nothing is stored.</summary>
    public ExpectedContent? Expected { get; init; }

    /// <summary>A file of this machine, under its own name.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Where it goes within the folder.</param>
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
                // Whoever writes it may go on; a change of its size is noticed.
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            })),
        };
    }
}
