namespace S3Auth.Client.Downloads;

/// <summary>The owner of files.</summary>
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

    /// <summary>Whether the owner is the caller.</summary>
    public bool IsOwn => Kind == OwnerKind.Own;

    internal AccountId Account { get; }

    internal OwnerKind Kind { get; }

    /// <summary>Returns the caller, as a miner.</summary>
    /// <param name="coldkey">The coldkey that owns the caller's hotkey.</param>
    public static FileOwner Own(AccountId coldkey) => new(coldkey, OwnerKind.Own);

    /// <summary>Returns a miner by its hotkey, for a validator.</summary>
    public static FileOwner MinerOfHotkey(AccountId hotkey) => new(hotkey, OwnerKind.MinerHotkey);

    /// <summary>Returns a miner by its coldkey, for a validator. Works only if the deployment's folders are named by coldkeys.</summary>
    public static FileOwner MinerOfColdkey(AccountId coldkey) => new(coldkey, OwnerKind.MinerColdkey);

    /// <summary>Returns the address of the owner.</summary>
    public override string ToString() => Account.ToString();
}
