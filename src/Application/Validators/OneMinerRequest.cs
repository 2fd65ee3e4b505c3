namespace S3Auth.Application.Validators;

/// <summary>
/// A request of a validator for one miner's folders, which it names by exactly one of the miner's accounts. Its commitment is
/// <c>s3:validator:miner:{miner}:{timestamp}</c> where no other is said, with the account that is sent.
/// </summary>
public abstract record OneMinerRequest : ValidatorRequest
{
    /// <summary>The miner's hotkey.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The miner's coldkey; only in the coldkey layout.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>The account that names the miner.</summary>
    internal AccountId Miner => (MinerHotkey ?? MinerColdkey)!.Value;

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.MinerAccess(Miner, timestamp);
}
