namespace S3Auth.Application.Validators;

/// <summary>Downloads of one miner's files.</summary>
public sealed record FilePresignedUrls : ILargeAnswer
{
    /// <summary>The validator these were granted to.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>The miner's hotkey, where the request named it by that.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The miner's coldkey, where the request named it by that.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>The bucket that holds the files.</summary>
    public required string Bucket { get; init; }

    /// <summary>How long was asked for, in hours; the URLs may end sooner, see <c>expiry_time</c>.</summary>
    public required long ExpiryHours { get; init; }

    /// <summary>When the URLs really end.</summary>
    public required DateTimeOffset ExpiryTime { get; init; }

    /// <summary>How many keys the request had.</summary>
    public required int TotalRequestedFiles { get; init; }

    /// <summary>How many of them lie in the miner's folders.</summary>
    public required int ValidFilesCount { get; init; }

    /// <summary>How many do not.</summary>
    public required int InvalidFilesCount { get; init; }

    /// <summary>How many URLs there are: one for each different valid key.</summary>
    public required int SuccessfulUrls { get; init; }

    /// <summary>How many valid keys could not be signed; signing needs no network and does not fail by the file.</summary>
    public int FailedFiles { get; }

    /// <summary>A download of each valid file, by its key. Whether the file is there shows at the store.</summary>
    public required IReadOnlyDictionary<string, FileUrl> FileUrls { get; init; }

    /// <summary>The keys that lie outside of the miner's folders, or are none. Never signed.</summary>
    public required IReadOnlyList<string> InvalidFiles { get; init; }

    /// <summary>What went wrong with each of the failed files.</summary>
    public IReadOnlyList<string> FailedFilesDetails { get; } = [];

    /// <summary>The text whose signature proved this request.</summary>
    public required string CommitmentUsed { get; init; }

    /// <summary>The folders that hold them.</summary>
    internal IReadOnlyList<string> Prefixes { get; init; } = [];

    GrantedAccess IGranted.Granted => new(Prefixes, SuccessfulUrls, ExpiryTime);
}

/// <param name="PresignedUrl">Downloads the file.</param>
/// <param name="FileKey">Its key.</param>
/// <param name="ExpiresInSeconds">How long the URL lasts.</param>
/// <param name="FileName">The last segment of its key.</param>
public sealed record FileUrl(string PresignedUrl, string FileKey, long ExpiresInSeconds, string FileName);
