namespace S3Auth.Domain;

/// <summary>The rules for who may act as a miner or as a validator.</summary>
/// <param name="MinValidatorStake">A validator must have more alpha stake than this.</param>
public sealed record SubnetRules(AlphaAmount MinValidatorStake)
{
    /// <summary>Whether the coldkey that a miner names owns its hotkey.</summary>
    public static bool IsOwnedBy(Neuron neuron, AccountId namedColdkey)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.Coldkey == namedColdkey;
    }

    /// <summary>Whether a neuron may act as a validator: it needs a validator permit and more than the minimum stake.</summary>
    public bool IsValidator(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.ValidatorPermit && neuron.AlphaStake > MinValidatorStake;
    }
}
