namespace S3Auth.Application.Service;

/// <summary>What is stored in the bucket, as far as its list of folders shows.</summary>
public sealed record StorageStatus
{
    /// <summary>This deployment's layout.</summary>
    public required string FolderLayout { get; init; }

    /// <summary>The path of a miner's folder, with its variable parts in braces.</summary>
    public required string FolderStructure { get; init; }

    /// <summary>The number of miners that have a folder; null until they are counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Miners { get; init; }

    /// <summary>The number of miners by source; absent until they are counted, and in layouts without sources.</summary>
    public IReadOnlyDictionary<string, int>? BySource { get; init; }

    /// <summary>When the miners were counted; null until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>
    /// The newest upload in any listing that this instance has made for a client; null if it has made none. Newer uploads may exist: the
    /// server lists nothing to find out.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NewestUpload { get; init; }

    /// <summary>The age of that upload in seconds; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? NewestUploadAgeSeconds { get; init; }
}
