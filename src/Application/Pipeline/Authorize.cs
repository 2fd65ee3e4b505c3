namespace S3Auth.Application.Pipeline;

/// <summary>
/// Fourth step: checks in the metagraph that the hotkey is registered, that the coldkey which the request names owns it, and that it has
/// the role that the request needs.
/// </summary>
public sealed class Authorize<TRequest, TResponse>(IMetagraph metagraph, SubnetRules rules, Caller caller)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        var hotkey = request.Claimant;
        if (caller.Metagraph.Find(hotkey) is not { } neuron)
        {
            // It may have been registered since. Only the holder of the hotkey gets here, and this request does not wait.
            metagraph.RefreshSoon();
            throw NotRegistered(hotkey, caller.Metagraph);
        }

        if (request.NamedColdkey is { } coldkey && !SubnetRules.IsOwnedBy(neuron, coldkey))
        {
            throw ColdkeyMismatch(hotkey, coldkey);
        }

        if (request.Role == Role.Validator && !rules.IsValidator(neuron))
        {
            throw NotAValidator(neuron);
        }

        caller.Authorize(neuron);
        return next();
    }

    private static RefusedException NotRegistered(AccountId hotkey, Metagraph snapshot) => new(
        RefusalCode.HotkeyNotRegistered,
        $"The hotkey {hotkey} is not registered on netuid {snapshot.Netuid} of network {snapshot.Network} (block {snapshot.Block}); "
            + "register it, or try again in 30 s if you just did.");

    private static RefusedException ColdkeyMismatch(AccountId hotkey, AccountId coldkey) => new(
        RefusalCode.ColdkeyMismatch,
        $"The coldkey {coldkey} does not own the hotkey {hotkey} on chain; send and sign the coldkey that owns it.");

    private RefusedException NotAValidator(Neuron neuron) => new(
        RefusalCode.NotAValidator,
        $"The hotkey {neuron.Hotkey} has {(neuron.ValidatorPermit ? "a" : "no")} validator permit and {neuron.AlphaStake} alpha staked; "
            + $"a validator needs a permit and more than {rules.MinValidatorStake} alpha.");
}
