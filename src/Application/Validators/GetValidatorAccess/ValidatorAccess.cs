namespace S3Auth.Application.Validators;

/// <summary>Read access of one validator: listings of everything, of each source, and of every miner's folders.</summary>
public sealed record ValidatorAccess : ILargeAnswer
{
    /// <summary>The bucket that holds the data.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region it is in.</summary>
    public required string Region { get; init; }

    /// <summary>The validator this was granted to.</summary>
    public required AccountId ValidatorHotkey { get; init; }

    /// <summary>When all of this really ends.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The same in seconds from now.</summary>
    public required long ExpirySeconds { get; init; }

    /// <summary>Presigned listings of everything and of where miners are found.</summary>
    public required ValidatorUrls Urls { get; init; }

    /// <summary>Every miner that has a folder in the bucket, in no promised order.</summary>
    public required IReadOnlyList<MinerFolders> Miners { get; init; }

    /// <summary>How folders are named here.</summary>
    public required StructureInfo StructureInfo { get; init; }

    GrantedAccess IGranted.Granted => new([FolderLayout.AllDataPrefix], Files: null, Expiry);
}

/// <summary>
/// Presigned listings beyond one miner. Each shows the first 1,000 entries: a presigned listing cannot be continued. Names in it are
/// percent-encoded (<c>encoding-type=url</c>): decode each <c>Key</c> and <c>Prefix</c>, and read a <c>+</c> as a space.
/// </summary>
/// <param name="Global">Of the whole bucket's data.</param>
/// <param name="Sources">By source; absent where the layout has none.</param>
/// <param name="Miners">Of all miners' folders; absent where the layout has sources.</param>
public sealed record ValidatorUrls(GlobalUrls Global, IReadOnlyDictionary<string, SourceUrls>? Sources, MinersUrls? Miners);

/// <param name="ListAllData">
/// Lists the objects below <c>data/</c>, the first 1,000, which may all be one miner's. Each miner's own <c>list_url</c>, and /list-files,
/// keep miners apart.
/// </param>
public sealed record GlobalUrls(string ListAllData);

/// <param name="ListMiners">Lists the folders of one source.</param>
/// <param name="Prefix">The source's prefix.</param>
public sealed record SourceUrls(string ListMiners, string Prefix);

/// <param name="ListAllMiners">Lists the folders of all hotkeys.</param>
public sealed record MinersUrls(string ListAllMiners);

/// <param name="Id">The account that names the folders: a coldkey or a hotkey, by the layout.</param>
/// <param name="Uid">Its uid, where it is still registered (of a coldkey with several hotkeys, the lowest).</param>
/// <param name="Folders">Its folders, one for each source in which it has data.</param>
public sealed record MinerFolders(AccountId Id, ushort? Uid, IReadOnlyList<MinerFolder> Folders);
