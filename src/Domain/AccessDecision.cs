namespace S3Auth.Domain;

/// <summary>What <see cref="SubnetRules"/> decide about a hotkey in one role.</summary>
public sealed record AccessDecision
{
    /// <summary>Whether the hotkey may act in the role, and why not.</summary>
    public required AccessOutcome Outcome { get; init; }

    /// <summary>The hotkey.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>The hotkey's entry in the metagraph; null if it is not registered.</summary>
    public required Neuron? Neuron { get; init; }

    /// <summary>The coldkey that owns the hotkey, from the chain or from the rule that lets it upload. Null if neither names one.</summary>
    public required AccountId? Coldkey { get; init; }

    /// <summary>The rule that denies access; null if none does.</summary>
    public AccessDenial? Denial { get; init; }

    /// <summary>
    /// Whether the quota of validators applies to the hotkey when it reads. The quota of miners applies to a miner that may read only
    /// because all miners may.
    /// </summary>
    public bool HasValidatorQuota { get; init; }

    /// <summary>Whether the hotkey may act in the role.</summary>
    public bool IsGranted => Outcome == AccessOutcome.Granted;
}

/// <summary>The outcome of a decision about a hotkey in one role.</summary>
public enum AccessOutcome
{
    /// <summary>The hotkey may act in the role.</summary>
    Granted,

    /// <summary>A rule of the operator denies access to the hotkey or its coldkey.</summary>
    Denied,

    /// <summary>The hotkey is not in the metagraph, and no rule of the operator lets it act in the role without registration.</summary>
    NotRegistered,

    /// <summary>The hotkey is registered, but has no validator permit or too little stake.</summary>
    NotAValidator,
}
