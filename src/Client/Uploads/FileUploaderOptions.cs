namespace S3Auth.Client.Uploads;

/// <summary>How an uploader sends files.</summary>
public sealed record FileUploaderOptions
{
    /// <summary>The number of requests to the store at once: files, or parts of files.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>Larger files are sent in parts, so that an interrupted upload can resume. In bytes (64 MiB).</summary>
    public long MultipartThreshold { get; init; } = 64 * 1024 * 1024;

    /// <summary>The size of the parts in bytes; null for the server's choice.</summary>
    public long? PartSize { get; init; }

    /// <summary>The limit of all uploads together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>
    /// Whether to upload by folder grants if the deployment has them. For programs that upload a few files all day: one such grant serves
    /// any number of files until it expires. The store then verifies no SHA-256, and overwrites existing files.
    /// </summary>
    public bool UsesFolderGrants { get; init; }
}
