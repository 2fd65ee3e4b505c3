namespace S3Auth.Application.Service;

/// <summary>What lies in the bucket, as far as the list of folders tells it.</summary>
public sealed record StorageStatus
{
    /// <summary>This deployment's layout.</summary>
    public required string FolderLayout { get; init; }

    /// <summary>A miner's folder with its variable parts in braces.</summary>
    public required string FolderStructure { get; init; }

    /// <summary>How many miners have a folder in the bucket; null while nobody has counted them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Miners { get; init; }

    /// <summary>How many of them have one for each source; absent where the layout has no sources, or nobody has counted.</summary>
    public IReadOnlyDictionary<string, int>? BySource { get; init; }

    /// <summary>When they were counted; null while nobody has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>
    /// The newest upload that this instance has seen in a listing that somebody asked it for; null where it has seen none. There may be
    /// newer ones: nothing is listed to find out.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NewestUpload { get; init; }

    /// <summary>How long ago that was; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? NewestUploadAgeSeconds { get; init; }
}
