namespace S3Auth.Application.Service;

/// <summary>
/// Asks what the chain says about a hotkey and what it may do here. Needs no proof: the chain and the operator publish this.
/// </summary>
/// <param name="Hotkey">The hotkey.</param>
public sealed record GetHotkeyQuery(AccountId Hotkey) : IRequest<HotkeyStatus>;

/// <summary>
/// Decides by the same snapshot and rules as <see cref="Pipeline.Authorize{TRequest, TResponse}"/>. It never causes a read of the chain,
/// because the caller has proved nothing.
/// </summary>
internal sealed class GetHotkeyHandler(IMetagraph metagraph, IAccessRules accessRules, SubnetRules rules, TimeProvider time)
    : IRequestHandler<GetHotkeyQuery, HotkeyStatus>
{
    public Task<HotkeyStatus> Handle(GetHotkeyQuery request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var snapshot = metagraph.Current ?? throw RefusedException.ChainUnavailable();
        var (upload, read) = (Decide(Role.Miner), Decide(Role.Validator));
        var neuron = upload.Neuron;
        return Task.FromResult(new HotkeyStatus
        {
            Hotkey = request.Hotkey,
            Registered = neuron is not null,
            Uid = neuron?.Uid,
            Coldkey = upload.Coldkey,
            ValidatorPermit = neuron?.ValidatorPermit ?? false,
            AlphaStake = neuron?.AlphaStake.ToDecimal() ?? 0,
            IsMiner = neuron is not null,
            IsValidator = neuron is not null && rules.IsValidator(neuron),
            IsDenied = upload.Denial is not null,
            MayUpload = upload.IsGranted,
            UploadProblem = Explain(upload),
            MayRead = read.IsGranted,
            ReadProblem = Explain(read),
            Block = snapshot.Block,
        });

        AccessDecision Decide(Role role) => rules.Decide(request.Hotkey, role, snapshot, accessRules.Current, time.GetUtcNow());

        string? Explain(AccessDecision decision) =>
            decision.IsGranted ? null : AccessRefusals.Of(decision, snapshot, rules).Message;
    }
}
