namespace S3Auth.Application.Validators;

/// <summary>Listings of every miner's job folders.</summary>
public sealed record FolderPresignedUrls : ILargeAnswer
{
    /// <summary>The validator these were granted to.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>The bucket that holds the data.</summary>
    public required string Bucket { get; init; }

    /// <summary>How long the URLs last, in seconds from now.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>When they really end.</summary>
    public required DateTimeOffset ExpiryTime { get; init; }

    /// <summary>How many miners have a folder in the bucket.</summary>
    public required int TotalMiners { get; init; }

    /// <summary>Each of them, by the account that names its folders.</summary>
    public required IReadOnlyDictionary<string, MinerJobs> FolderUrls { get; init; }

    /// <summary>The text whose signature proved this request.</summary>
    public required string CommitmentUsed { get; init; }

    GrantedAccess IGranted.Granted => new([FolderLayout.AllDataPrefix], Files: null, ExpiryTime);
}

/// <summary>The job folders of one miner.</summary>
public sealed record MinerJobs
{
    /// <summary>The miner's folder; where the layout has sources, that of the first in which it has data.</summary>
    public required string MinerPath { get; init; }

    /// <summary>
    /// Its <c>job_id=…/</c> folders, of all sources, whose job has a name that jobs may have: 1 to 128 of <c>A-Z a-z 0-9 . _ -</c>.
    /// </summary>
    public required IReadOnlyList<JobFolder> JobFolders { get; init; }

    /// <summary>How many these are.</summary>
    public required int TotalJobs { get; init; }

    /// <summary>Present and true where a folder has more jobs than this answer shows; /list-files shows everything.</summary>
    public bool? HasMoreJobs { get; init; }

    /// <summary>The miner's folder of each source in which it has data, files outside of jobs included; absent where the layout has no sources.</summary>
    public IReadOnlyList<MinerFolder>? Folders { get; init; }
}

/// <param name="JobId">The job.</param>
/// <param name="Path">The folder's prefix, with its trailing <c>/</c>.</param>
/// <param name="PresignedUrl">A presigned listing of it, the first 1,000 objects, with percent-encoded names.</param>
/// <param name="Source">The source's name; absent where the layout has none.</param>
public sealed record JobFolder(string JobId, string Path, string PresignedUrl, string? Source);
