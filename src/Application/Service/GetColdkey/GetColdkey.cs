namespace S3Auth.Application.Service;

/// <summary>Asks which registered hotkeys a coldkey owns. Needs no proof, because the chain publishes this.</summary>
/// <param name="Coldkey">The coldkey.</param>
public sealed record GetColdkeyQuery(AccountId Coldkey) : IRequest<OwnedHotkeys>;

/// <summary>Answers from the current snapshot, and never causes a read of the chain, because the caller has proved nothing.</summary>
internal sealed class GetColdkeyHandler(IMetagraph metagraph, SubnetRules rules) : IRequestHandler<GetColdkeyQuery, OwnedHotkeys>
{
    public Task<OwnedHotkeys> Handle(GetColdkeyQuery request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var snapshot = metagraph.Current ?? throw Refusals.RefusedException.ChainUnavailable();
        var neurons = snapshot.FindByColdkey(request.Coldkey);
        return Task.FromResult(new OwnedHotkeys(
            neurons.Count,
            [
                .. neurons
                    .Take(OwnedHotkeys.MaxShown)
                    .Select(neuron => new OwnedHotkey(neuron.Hotkey, neuron.Uid, rules.IsValidator(neuron))),
            ]));
    }
}
