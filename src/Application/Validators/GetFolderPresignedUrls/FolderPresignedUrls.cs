namespace S3Auth.Application.Validators;

/// <summary>Listings of every miner's job folders.</summary>
public sealed record FolderPresignedUrls : ILargeResponse
{
    /// <summary>The hotkey of the validator.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>The name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The seconds until the effective expiry.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>The effective expiry: when the URLs end.</summary>
    public required DateTimeOffset ExpiryTime { get; init; }

    /// <summary>The number of miners that have a folder in the bucket.</summary>
    public required int TotalMiners { get; init; }

    /// <summary>The job folders of each miner, by the account in the path of its folders.</summary>
    public required IReadOnlyDictionary<string, MinerJobs> FolderUrls { get; init; }

    /// <summary>The text that the proof of this request signed.</summary>
    public required string CommitmentUsed { get; init; }

    /// <summary>The prefix of all miners' files.</summary>
    internal string Root { get; init; } = "";

    GrantedAccess IGranted.Granted => new([Root], Files: null, ExpiryTime);
}

/// <summary>The job folders of one miner.</summary>
public sealed record MinerJobs
{
    /// <summary>The folder of the miner. If the layout has sources, the folder of the first source that has data.</summary>
    public required string MinerPath { get; init; }

    /// <summary>
    /// The <c>job_id=…/</c> folders of all sources whose job id is valid: 1 to 128 characters of <c>A-Z a-z 0-9 . _ -</c>.
    /// </summary>
    public required IReadOnlyList<JobFolder> JobFolders { get; init; }

    /// <summary>The number of job folders.</summary>
    public required int TotalJobs { get; init; }

    /// <summary>True if a folder has more jobs than this answer contains; else absent. /list-files returns all files.</summary>
    public bool? HasMoreJobs { get; init; }

    /// <summary>
    /// The folder of each source that has data. Its listing includes files outside of job folders. Absent if the layout has no sources.
    /// </summary>
    public IReadOnlyList<MinerFolder>? Folders { get; init; }
}

/// <param name="JobId">The job id.</param>
/// <param name="Path">The prefix of the folder, which ends with <c>/</c>.</param>
/// <param name="PresignedUrl">A presigned listing of the first 1,000 objects in the folder, with percent-encoded names.</param>
/// <param name="Source">The name of the source. Absent if the layout has no sources.</param>
public sealed record JobFolder(string JobId, string Path, GrantUrl PresignedUrl, string? Source);
