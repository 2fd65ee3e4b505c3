namespace S3Auth.Application.Validators;

/// <summary>Listings of one miner's folders. The top level is the first source's folder; <c>folders</c> has each source's.</summary>
public sealed record MinerSpecificAccess : IGranted
{
    /// <summary>The bucket that holds the data.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region it is in.</summary>
    public required string Region { get; init; }

    /// <summary>The miner's hotkey, where the request named it by that.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The miner's coldkey, where the request named it by that.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>A presigned listing of the miner's folder, the first 1,000 objects, with percent-encoded names; /get-miner-list signs the pages after it.</summary>
    public required string MinerUrl { get; init; }

    /// <summary>The folder's prefix, with its trailing <c>/</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>When all of this really ends.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The same in seconds from now.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>The miner's folder of each source; absent where the layout has no sources.</summary>
    public IReadOnlyList<MinerFolder>? Folders { get; init; }

    GrantedAccess IGranted.Granted => new(Folders is null ? [Prefix] : [.. Folders.Select(folder => folder.Prefix)], Files: null, Expiry);
}
