namespace S3Auth.Application.Service;

/// <summary>The contents of the bucket, from a listing of its folders.</summary>
public sealed record StorageStatus
{
    /// <summary>The layout of this deployment: <c>coldkey</c>, <c>hotkey</c> or a template.</summary>
    public required string FolderLayout { get; init; }

    /// <summary>The path of a miner's folder, with variable parts in braces.</summary>
    public required string FolderStructure { get; init; }

    /// <summary>The number of miners that have a folder in the bucket. Null if they were not counted yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Miners { get; init; }

    /// <summary>The number of miners for each source. Absent if the layout has no sources, or if they were not counted yet.</summary>
    public IReadOnlyDictionary<string, int>? BySource { get; init; }

    /// <summary>The time of the count. Null if there was none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>
    /// The time of the newest upload that this instance saw in a listing for a client. Null if it saw none. There may be newer uploads: the
    /// server does not list the bucket to find them.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NewestUpload { get; init; }

    /// <summary>The seconds since then. Null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? NewestUploadAgeSeconds { get; init; }
}
