namespace S3Auth.Application.Validators;

/// <summary>Read access for a validator: listings of the whole data, of each source, and of every miner's folders.</summary>
public sealed record ValidatorAccess : ILargeResponse
{
    /// <summary>The name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region of the bucket.</summary>
    public required string Region { get; init; }

    /// <summary>The hotkey of the validator.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>The effective expiry: when the URLs and forms of this answer end.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The seconds until the effective expiry.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>Presigned listings of the whole data and of each source.</summary>
    public required ValidatorUrls Urls { get; init; }

    /// <summary>Every miner that has a folder in the bucket, in any order.</summary>
    public required IReadOnlyList<MinerFolders> Miners { get; init; }

    /// <summary>The layout of folders in this deployment.</summary>
    public required StructureInfo StructureInfo { get; init; }

    /// <summary>The prefix of all miners' files.</summary>
    internal string Root { get; init; } = "";

    GrantedAccess IGranted.Granted => new([Root], Files: null, Expiry);
}

/// <summary>
/// Presigned listings of more than one miner. Each returns the first 1,000 entries only, because a presigned listing cannot be continued.
/// Names in it are percent-encoded (<c>encoding-type=url</c>): decode each <c>Key</c> and <c>Prefix</c>, and read a <c>+</c> as a space.
/// </summary>
/// <param name="Global">The listing of the whole data.</param>
/// <param name="Sources">The listing of each source. Absent if the layout has no sources.</param>
/// <param name="Miners">The listing of all miners' folders. Absent if the layout has sources.</param>
public sealed record ValidatorUrls(GlobalUrls Global, IReadOnlyDictionary<string, SourceUrls>? Sources, MinersUrls? Miners);

/// <param name="ListAllData">
/// Lists the first 1,000 objects of all miners, which may all belong to one miner. Use the <c>list_url</c> of each miner, or
/// /list-files, to read one miner at a time.
/// </param>
public sealed record GlobalUrls(GrantUrl ListAllData);

/// <param name="ListMiners">Lists the folders of one source.</param>
/// <param name="Prefix">The prefix of the source.</param>
public sealed record SourceUrls(GrantUrl ListMiners, string Prefix);

/// <param name="ListAllMiners">Lists the folders of all hotkeys.</param>
public sealed record MinersUrls(GrantUrl ListAllMiners);

/// <param name="Id">The account in the path of the folders: a coldkey or a hotkey, as the layout says.</param>
/// <param name="Uid">
/// The uid of the miner; the lowest one if its coldkey has several hotkeys. Absent if the miner is no longer registered.
/// </param>
/// <param name="Folders">The folders of the miner, one for each source that has data.</param>
public sealed record MinerFolders(AccountAddress Id, ushort? Uid, IReadOnlyList<MinerFolder> Folders);
