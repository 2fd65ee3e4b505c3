namespace S3Auth.Domain;

/// <summary>One registered hotkey of a subnet, as the chain tells it.</summary>
/// <param name="Uid">Its place in the metagraph, 0 to the subnet's size - 1.</param>
/// <param name="Hotkey">The account that signs requests.</param>
/// <param name="Coldkey">The account that owns the hotkey on chain.</param>
/// <param name="ValidatorPermit">Whether the chain lets it validate.</param>
/// <param name="AlphaStake">Alpha staked on it, in on-chain units.</param>
/// <param name="Active">Whether the chain has heard from it lately; no rule here depends on it.</param>
public sealed record Neuron(
    ushort Uid,
    AccountId Hotkey,
    AccountId Coldkey,
    bool ValidatorPermit,
    AlphaAmount AlphaStake,
    bool Active);
