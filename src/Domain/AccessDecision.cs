namespace S3Auth.Domain;

/// <summary>What <see cref="SubnetRules"/> decide about a hotkey in one role.</summary>
public sealed record AccessDecision
{
    /// <summary>Whether the hotkey may act in the role; otherwise the reason why not.</summary>
    public required AccessOutcome Outcome { get; init; }

    /// <summary>The hotkey.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>The hotkey's entry in the metagraph; null if it is not registered.</summary>
    public required Neuron? Neuron { get; init; }

    /// <summary>The coldkey that owns the hotkey: by the chain, or by the rule that lets it upload. Null if neither knows it.</summary>
    public required AccountId? Coldkey { get; init; }

    /// <summary>The rule that denies access; null if the outcome is another one.</summary>
    public AccessDenial? Denial { get; init; }

    /// <summary>
    /// Whether the hotkey has the daily quota of validators in the role of a validator. A miner that may read because all miners may
    /// has the quota of miners.
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

    /// <summary>The hotkey is not in the metagraph, and no rule of the operator replaces that.</summary>
    NotRegistered,

    /// <summary>The hotkey is registered, but has no validator permit or too little stake.</summary>
    NotAValidator,
}
