namespace S3Auth.Application.Validators;

/// <summary>Download URLs for files of one miner.</summary>
public sealed record FilePresignedUrls : ILargeResponse
{
    /// <summary>The hotkey of the validator.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>The hotkey of the miner. Absent if the request named the coldkey.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The coldkey of the miner. Absent if the request named the hotkey.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>The name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The requested lifetime of the URLs in hours. They may end sooner: see <c>expiry_time</c>.</summary>
    public required long ExpiryHours { get; init; }

    /// <summary>The effective expiry: when the URLs end.</summary>
    public required DateTimeOffset ExpiryTime { get; init; }

    /// <summary>The number of keys in the request.</summary>
    public required int TotalRequestedFiles { get; init; }

    /// <summary>The number of requested keys in the miner's folders.</summary>
    public required int ValidFilesCount { get; init; }

    /// <summary>The number of all other requested keys.</summary>
    public required int InvalidFilesCount { get; init; }

    /// <summary>The number of URLs: one for each different valid key.</summary>
    public required int SuccessfulUrls { get; init; }

    /// <summary>The number of valid keys that could not be signed. Always 0, because signing needs no network.</summary>
    public int FailedFiles { get; }

    /// <summary>The URL of each valid key. The server does not check that the file exists.</summary>
    public required IReadOnlyDictionary<string, FileUrl> FileUrls { get; init; }

    /// <summary>The keys outside of the miner's folders, and texts that are not keys. They are never signed.</summary>
    public required IReadOnlyList<string> InvalidFiles { get; init; }

    /// <summary>The errors of the failed files. Always empty.</summary>
    public IReadOnlyList<string> FailedFilesDetails { get; } = [];

    /// <summary>The text that the proof of this request signed.</summary>
    public required string CommitmentUsed { get; init; }

    /// <summary>The folders that contain the files.</summary>
    internal IReadOnlyList<string> Prefixes { get; init; } = [];

    GrantedAccess IGranted.Granted => new(Prefixes, SuccessfulUrls, ExpiryTime);
}

/// <param name="PresignedUrl">The presigned URL that downloads the file.</param>
/// <param name="FileKey">The key of the file.</param>
/// <param name="ExpiresInSeconds">The seconds until the URL expires.</param>
/// <param name="FileName">The last segment of the key.</param>
public sealed record FileUrl(GrantUrl PresignedUrl, string FileKey, long ExpiresInSeconds, string FileName);
