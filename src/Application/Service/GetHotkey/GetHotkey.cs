namespace S3Auth.Application.Service;

/// <summary>Asks what the chain says about a hotkey and what it may do here. Needs no proof, because the chain publishes this.</summary>
/// <param name="Hotkey">The hotkey.</param>
public sealed record GetHotkeyQuery(AccountId Hotkey) : IRequest<HotkeyStatus>;

/// <summary>
/// Decides by the same snapshot and rules as <see cref="Pipeline.Authorize{TRequest, TResponse}"/>. It never causes a read of the chain,
/// because the caller has proved nothing.
/// </summary>
internal sealed class GetHotkeyHandler(IMetagraph metagraph, SubnetRules rules) : IRequestHandler<GetHotkeyQuery, HotkeyStatus>
{
    public Task<HotkeyStatus> Handle(GetHotkeyQuery request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var snapshot = metagraph.Current ?? throw Refusals.RefusedException.ChainUnavailable();
        var neuron = snapshot.Find(request.Hotkey);
        return Task.FromResult(new HotkeyStatus
        {
            Hotkey = request.Hotkey,
            Registered = neuron is not null,
            Uid = neuron?.Uid,
            Coldkey = neuron?.Coldkey,
            ValidatorPermit = neuron?.ValidatorPermit ?? false,
            AlphaStake = neuron?.AlphaStake.ToDecimal() ?? 0,
            IsMiner = neuron is not null,
            IsValidator = neuron is not null && rules.IsValidator(neuron),
            Block = snapshot.Block,
        });
    }
}
