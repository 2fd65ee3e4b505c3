namespace S3Auth.Application.Validators;

/// <summary>
/// Request of a validator for one miner's folders. It names the miner by exactly one of its accounts. The commitment is
/// <c>s3:validator:miner:{miner}:{timestamp}</c> with that account, unless a derived request says otherwise.
/// </summary>
public abstract record OneMinerRequest : ValidatorRequest
{
    /// <summary>The hotkey of the miner.</summary>
    public AccountId? MinerHotkey { get; init; }

    /// <summary>The coldkey of the miner. Only in layouts whose folders belong to coldkeys.</summary>
    public AccountId? MinerColdkey { get; init; }

    /// <summary>The account that names the miner.</summary>
    internal AccountId Miner => (MinerHotkey ?? MinerColdkey)!.Value;

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.MinerAccess(Miner, timestamp);
}
