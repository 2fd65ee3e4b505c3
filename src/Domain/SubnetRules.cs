namespace S3Auth.Domain;

/// <summary>The rules for who may act as a miner or as a validator.</summary>
/// <param name="MinValidatorStake">A validator must have more alpha stake than this.</param>
/// <param name="MinersMayRead">Whether registered hotkeys without permit and stake may read all files too.</param>
public sealed record SubnetRules(AlphaAmount MinValidatorStake, bool MinersMayRead = false)
{
    /// <summary>Whether a neuron is a validator by the chain: it has a validator permit and more than the minimum stake.</summary>
    public bool IsValidator(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.ValidatorPermit && neuron.AlphaStake > MinValidatorStake;
    }

    /// <summary>Decides whether a hotkey may act in a role. A denial comes before everything that permits.</summary>
    /// <param name="hotkey">The hotkey.</param>
    /// <param name="role">The role.</param>
    /// <param name="metagraph">The metagraph that decides.</param>
    /// <param name="exceptions">The operator's exceptions.</param>
    /// <param name="now">The current time, at which exceptions may have ended.</param>
    public AccessDecision Decide(AccountId hotkey, Role role, Metagraph metagraph, AccessRules exceptions, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        ArgumentNullException.ThrowIfNull(exceptions);

        var neuron = metagraph.Find(hotkey);
        var uploader = neuron is null ? exceptions.FindUploader(hotkey, now) : null;
        var coldkey = neuron?.Coldkey ?? uploader?.Coldkey;
        var denial = exceptions.FindDenial(hotkey, coldkey, now);
        var hasValidatorQuota = exceptions.IsReader(hotkey, now) || (neuron is not null && IsValidator(neuron));
        return new AccessDecision
        {
            Hotkey = hotkey,
            Neuron = neuron,
            Coldkey = coldkey,
            Denial = denial,
            HasValidatorQuota = hasValidatorQuota,
            Outcome = denial is not null ? AccessOutcome.Denied
                : role == Role.Validator && hasValidatorQuota ? AccessOutcome.Granted
                : role == Role.Miner && uploader is not null ? AccessOutcome.Granted
                : neuron is null ? AccessOutcome.NotRegistered
                : role == Role.Miner || MinersMayRead ? AccessOutcome.Granted
                : AccessOutcome.NotAValidator,
        };
    }
}
