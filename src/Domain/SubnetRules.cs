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

    /// <summary>Decides whether a hotkey may act in a role. A denial comes before every permission.</summary>
    /// <param name="hotkey">The hotkey.</param>
    /// <param name="role">The role.</param>
    /// <param name="metagraph">The metagraph that decides.</param>
    /// <param name="accessRules">The operator's exceptions.</param>
    /// <param name="now">The current time. Exceptions that ended before have no effect.</param>
    public AccessDecision Decide(AccountId hotkey, Role role, Metagraph metagraph, AccessRules accessRules, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        ArgumentNullException.ThrowIfNull(accessRules);

        var neuron = metagraph.Find(hotkey);
        var uploader = neuron is null ? accessRules.FindUploader(hotkey, now) : null;
        var coldkey = neuron?.Coldkey ?? uploader?.Coldkey;
        var denial = accessRules.FindDenial(hotkey, coldkey, now);
        var hasValidatorQuota = accessRules.IsReader(hotkey, now) || (neuron is not null && IsValidator(neuron));
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
