namespace S3Auth.Cli.Transfers;

/// <summary>The destination and the mode of uploads, from local files or from another service.</summary>
internal sealed record UploadSettings
{
    /// <summary>The source of the data; null for the deployment's first one.</summary>
    public string? Source { get; init; }

    /// <summary>The job of the files; null for the deployment's default.</summary>
    public string? Job { get; init; }

    /// <summary>A subfolder of the miner's folder, without slashes at its ends; empty for none.</summary>
    public string To { get; init; } = "";

    /// <summary>Selects files by their relative paths.</summary>
    public PathFilter Filter { get; init; } = PathFilter.All;

    /// <summary>Selects files by the time of their last modification.</summary>
    public AgeRange Ages { get; init; }

    public required int Parallel { get; init; }

    /// <summary>The limit of all uploads together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Whether to print what would happen, and upload nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether to upload without comparing with the bucket.</summary>
    public bool Force { get; init; }

    /// <summary>Whether to list the folder again, instead of using the listing of an earlier run.</summary>
    public bool Refresh { get; init; }

    /// <summary>Returns the path of a file within the miner's folder.</summary>
    internal string PathOf(string path) => To.Length == 0 ? path : $"{To}/{path}";

    /// <summary>Creates an uploader for the miner's folder.</summary>
    /// <param name="session">The session.</param>
    /// <param name="usesFolderGrants">Whether to upload by folder grants, so that one grant serves many scans of a watch.</param>
    internal FileUploader CreateUploader(Session session, bool usesFolderGrants) => session.Client.CreateUploader(
        session.Coldkey,
        new FileUploaderOptions { Parallel = Parallel, MaxBytesPerSecond = MaxBytesPerSecond, UsesFolderGrants = usesFolderGrants });

    /// <summary>Checks source, job and subfolder once, so that not every file fails with the same message.</summary>
    /// <exception cref="UnacceptableFileException">The deployment does not accept the source, the job or the subfolder.</exception>
    internal Task CheckAsync(FileUploader uploader, CancellationToken cancellationToken) =>
        uploader.CheckDestinationAsync(Source, Job, To, cancellationToken);

    /// <summary>Returns the source of the uploads; null if the deployment has no sources.</summary>
    internal string? SourceIn(Structure structure) => Source ?? structure.DefaultSource;

    /// <summary>Returns the job of the uploads; null for none.</summary>
    internal string? JobIn(Structure structure) => Job ?? structure.DefaultJob();
}
