namespace S3Auth.Application.Pipeline;

/// <summary>Explains why a hotkey may not act in a role.</summary>
internal static class AccessRefusals
{
    /// <param name="decision">The decision, which is not granted.</param>
    /// <param name="snapshot">The metagraph that decided.</param>
    /// <param name="rules">The rules that decided.</param>
    internal static RefusedException Of(AccessDecision decision, Metagraph snapshot, SubnetRules rules) => decision switch
    {
        { Denial: { } denial } => new RefusedException(RefusalCode.AccessDenied, Explain(denial)),
        { Outcome: AccessOutcome.NotAValidator, Neuron: { } neuron } => new RefusedException(
            RefusalCode.NotAValidator,
            $"The hotkey {neuron.Hotkey} has {(neuron.ValidatorPermit ? "a" : "no")} validator permit and {neuron.AlphaStake} alpha "
                + $"staked; a validator needs a permit and more than {rules.MinValidatorStake} alpha."),
        { Outcome: AccessOutcome.NotRegistered } => new RefusedException(
            RefusalCode.HotkeyNotRegistered,
            $"The hotkey {decision.Hotkey} is not registered on netuid {snapshot.Netuid} of network {snapshot.Network} (block "
                + $"{snapshot.Block}); register it, or try again in 30 s if you just did."),
        _ => throw new ArgumentException("The decision is not a refusal.", nameof(decision)),
    };

    private static string Explain(AccessDenial denial)
    {
        var until = denial.Until is { } end
            ? string.Create(CultureInfo.InvariantCulture, $" until {end.ToUniversalTime():yyyy-MM-ddTHH:mm:ss+00:00}")
            : "";
        var account = $"{(denial.IsOfColdkey ? "coldkey" : "hotkey")} {denial.Account}";
        return $"The operator of this server denies access to the {account}{until}, for this reason: "
            + $"{denial.Reason}{(denial.Reason[^1] is '.' or '!' or '?' ? "" : ".")}";
    }
}
