namespace S3Auth.Application.Service;

/// <summary>Asks which registered hotkeys a coldkey owns. Needs no proof, because the chain publishes this.</summary>
/// <param name="Coldkey">The coldkey.</param>
public sealed record GetColdkeyQuery(AccountId Coldkey) : IRequest<OwnedHotkeys>;

/// <summary>Answers from the current snapshot, and never causes a read of the chain, because the caller has proved nothing.</summary>
internal sealed class GetColdkeyHandler(IMetagraph metagraph, IAccessRules accessRules, SubnetRules rules, TimeProvider time)
    : IRequestHandler<GetColdkeyQuery, OwnedHotkeys>
{
    public Task<OwnedHotkeys> Handle(GetColdkeyQuery request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var snapshot = metagraph.Current ?? throw RefusedException.ChainUnavailable();
        var neurons = snapshot.FindByColdkey(request.Coldkey);
        return Task.FromResult(new OwnedHotkeys(
            neurons.Count,
            [
                .. neurons
                    .Take(OwnedHotkeys.MaxShown)
                    .Select(neuron => new OwnedHotkey(neuron.Hotkey, neuron.Uid, May(Role.Miner, neuron), May(Role.Validator, neuron))),
            ]));

        bool May(Role role, Neuron neuron) =>
            rules.Decide(neuron.Hotkey, role, snapshot, accessRules.Current, time.GetUtcNow()).IsGranted;
    }
}
