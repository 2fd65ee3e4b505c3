namespace S3Auth.Application.Miners;

/// <summary>Request of a miner for its own folders. The commitment is <c>s3:data:access:{coldkey}:{hotkey}:{timestamp}</c>.</summary>
public abstract record MinerRequest : SignedRequest
{
    /// <summary>The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it.</summary>
    public AccountId? Coldkey { get; init; }

    internal override AccountId? NamedColdkey => Coldkey;

    internal override Role NeededRole => Role.Miner;

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.FolderAccess(Coldkey!.Value, hotkey, timestamp);
}
