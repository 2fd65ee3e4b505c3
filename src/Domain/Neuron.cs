namespace S3Auth.Domain;

/// <summary>One entry of the metagraph: a registered hotkey and what the chain says about it.</summary>
/// <param name="Uid">The neuron's number within the subnet.</param>
/// <param name="Hotkey">The account that signs requests.</param>
/// <param name="Coldkey">The account that owns the hotkey.</param>
/// <param name="ValidatorPermit">Whether the chain allows the neuron to validate.</param>
/// <param name="AlphaStake">The alpha that is staked on the hotkey.</param>
/// <param name="Active">Whether the chain considers the neuron active. No rule depends on it.</param>
public sealed record Neuron(
    ushort Uid,
    AccountId Hotkey,
    AccountId Coldkey,
    bool ValidatorPermit,
    AlphaAmount AlphaStake,
    bool Active);
