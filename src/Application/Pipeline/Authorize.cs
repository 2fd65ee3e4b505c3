namespace S3Auth.Application.Pipeline;

/// <summary>
/// Fourth step: checks against the metagraph and the operator's access rules that the hotkey may act in the role that the request needs.
/// Also checks that the named coldkey owns the hotkey.
/// </summary>
public sealed class Authorize<TRequest, TResponse>(
    IMetagraph metagraph, IAccessRules accessRules, SubnetRules rules, TimeProvider time)
    : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        var decision = rules.Decide(request.Claimant, request.Role, caller.Metagraph, accessRules.Current, time.GetUtcNow());
        if (decision.Outcome == AccessOutcome.NotRegistered)
        {
            // It may have been registered since. Only the holder of the hotkey gets here, and this request does not wait.
            metagraph.RefreshSoon();
        }

        if (!decision.IsGranted)
        {
            throw AccessRefusals.Of(decision, caller.Metagraph, rules);
        }

        if (request.NamedColdkey is { } named && named != decision.Coldkey)
        {
            throw ColdkeyMismatch(decision, named);
        }

        caller.Authorize(decision);
        return next.RunAsync();
    }

    private static RefusedException ColdkeyMismatch(AccessDecision decision, AccountId named) => new(
        RefusalCode.ColdkeyMismatch,
        decision.Neuron is null
            ? $"The coldkey {named} is not the one that this server's access rules have for the hotkey {decision.Hotkey}; ask the operator "
                + "which one it is, and send and sign that one."
            : $"The coldkey {named} does not own the hotkey {decision.Hotkey} on chain; send and sign the coldkey that owns it.");
}
