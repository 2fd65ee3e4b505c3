namespace S3Auth.Application.Validators;

/// <summary>
/// Listings of a miner's folders. The top level is the folder of the first source; <c>folders</c> contains the folder of each source.
/// </summary>
public sealed record MinerSpecificAccess : IGranted
{
    /// <summary>The name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region of the bucket.</summary>
    public required string Region { get; init; }

    /// <summary>The hotkey of the miner. Absent if the request named the coldkey.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The coldkey of the miner. Absent if the request named the hotkey.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>
    /// A presigned listing of the first 1,000 objects in the folder, with percent-encoded names. /get-miner-list signs the next pages.
    /// </summary>
    public required GrantUrl MinerUrl { get; init; }

    /// <summary>The prefix of the folder, which ends with <c>/</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>The effective expiry: when the URLs and forms of this answer end.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The seconds until the effective expiry.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>The folder of each source. Absent if the layout has no sources.</summary>
    public IReadOnlyList<MinerFolder>? Folders { get; init; }

    GrantedAccess IGranted.Granted => new(Folders is null ? [Prefix] : [.. Folders.Select(folder => folder.Prefix)], Files: null, Expiry);
}
