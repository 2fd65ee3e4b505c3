namespace S3Auth.Client.Downloads;

/// <summary>Whose files are meant.</summary>
public readonly record struct FileOwner
{
    private FileOwner(AccountId account, OwnerKind kind)
    {
        Account = account;
        Kind = kind;
    }

    internal enum OwnerKind
    {
        Own,
        MinerHotkey,
        MinerColdkey,
    }

    internal AccountId Account { get; }

    internal OwnerKind Kind { get; }

    /// <summary>The caller's own, as a miner.</summary>
    /// <param name="coldkey">The coldkey that owns the caller's hotkey.</param>
    public static FileOwner Own(AccountId coldkey) => new(coldkey, OwnerKind.Own);

    /// <summary>A miner's, as a validator.</summary>
    public static FileOwner MinerOfHotkey(AccountId hotkey) => new(hotkey, OwnerKind.MinerHotkey);

    /// <summary>A miner's, as a validator; not in the layout <c>hotkey</c>, where a coldkey names no folder.</summary>
    public static FileOwner MinerOfColdkey(AccountId coldkey) => new(coldkey, OwnerKind.MinerColdkey);

    /// <summary>The address that names the owner.</summary>
    public override string ToString() => Account.ToString();
}
