namespace S3Auth.Cli.Transfers;

/// <summary>The plan of <c>s3auth cp</c>.</summary>
internal sealed record CopyPlan
{
    /// <summary>How stdin and stdout are written as a path.</summary>
    internal const string Standard = "-";

    /// <summary>The local paths; <see cref="Standard"/> for stdin or stdout.</summary>
    public required IReadOnlyList<string> Local { get; init; }

    /// <summary>The remote paths. An upload has one, the destination. The sources of a download are in one profile.</summary>
    public required IReadOnlyList<RemotePath> Remotes { get; init; }

    /// <summary>Whether the remote path is the destination.</summary>
    public required bool IsUpload { get; init; }

    /// <summary>Whether to copy the files of a folder.</summary>
    public required bool IsRecursive { get; init; }

    public PathFilter Patterns { get; init; } = PathFilter.All;

    /// <summary>Selects files by age.</summary>
    public AgeRange Ages { get; init; }

    public int Parallel { get; init; } = 1;

    /// <summary>The limit of all transfers together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>The remote path that decides the profile.</summary>
    internal RemotePath Remote => Remotes[0];

    /// <summary>Reads the sources and the destination.</summary>
    /// <exception cref="UsageException">They cannot be copied.</exception>
    internal static CopyPlan Of(IReadOnlyList<string> paths, bool isRecursive)
    {
        var remotes = paths.Select(path => path == Standard ? null : RemotePath.Read(path)).ToList();
        var (sources, target) = (remotes[..^1], remotes[^1]);
        var plan = new CopyPlan
        {
            IsRecursive = isRecursive,
            IsUpload = target is not null,
            Local = target is null ? [paths[^1]] : [.. paths.SkipLast(1)],
            Remotes = target is null ? [.. sources.OfType<RemotePath>()] : [target],
        };
        if (target is not null && sources.Exists(source => source is not null))
        {
            throw new UsageException(
                "Both paths are in the store. Copy through this machine: `s3auth cat SOURCE | s3auth cp - DESTINATION`.");
        }

        if (target is null && sources.Contains(null))
        {
            throw new UsageException("No path is in the store. Write :PATH for a path in your own folder, such as :2026/part.parquet.");
        }

        if (plan.Remotes.Any(remote => remote.Profile != plan.Remote.Profile))
        {
            throw new UsageException("The sources are in several profiles. Copy the files of one profile at a time.");
        }

        if (isRecursive && sources.Count > 1)
        {
            throw new UsageException("With --recursive, copy one folder at a time.");
        }

        if (plan.Local.Contains(Standard) && (isRecursive || sources.Count > 1 || (target is { IsFolder: true })))
        {
            throw new UsageException("- stands for one file: use it with one other path, which is that of a file.");
        }

        return plan;
    }
}
