namespace S3Auth.Domain;

/// <summary>Who counts as a miner and who as a validator.</summary>
/// <param name="MinValidatorStake">A validator's alpha stake must be above this.</param>
public sealed record SubnetRules(AlphaAmount MinValidatorStake)
{
    /// <summary>A miner is registered, and the chain's owner of its hotkey is the coldkey that it names.</summary>
    public static bool IsOwnedBy(Neuron neuron, AccountId namedColdkey)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.Coldkey == namedColdkey;
    }

    /// <summary>A validator is registered, holds a validator permit, and has more than the minimum staked.</summary>
    public bool IsValidator(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.ValidatorPermit && neuron.AlphaStake > MinValidatorStake;
    }
}
