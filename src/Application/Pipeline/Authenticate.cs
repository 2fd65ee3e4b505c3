namespace S3Auth.Application.Pipeline;

/// <summary>
/// Third step: the hotkey signed the request for this server, the chain knows the hotkey, and it is what it claims to be. Whether the
/// chain is known comes first, so that a server that cannot know never answers "invalid" or "unknown". The audience is compared after the
/// signature, so that <c>wrong_audience</c> in records and metrics always means a real proof; and before the proof is used, counted or
/// looked up, so that a relayed proof costs its owner nothing.
/// </summary>
public sealed class Authenticate<TRequest, TResponse>(
    IMetagraph metagraph,
    ISignatureVerifier signatures,
    SubnetRules rules,
    Audiences audiences,
    PipelineMetrics metrics,
    Caller caller,
    TimeProvider time) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        var snapshot = metagraph.Current ?? throw RefusedException.ChainUnavailable();
        var hotkey = request.Claimant;

        var proofs = request.Proofs;
        Verify(hotkey, proofs);
        if (!audiences.Accepts(request.Audience))
        {
            throw WrongAudience(request.Audience);
        }

        if (snapshot.Find(hotkey) is not { } neuron)
        {
            // It may have been registered since. Only who holds the hotkey's key gets here, and this request does not wait.
            metagraph.RefreshSoon();
            throw NotRegistered(hotkey, snapshot);
        }

        if (request.NamedColdkey is { } coldkey && !SubnetRules.IsOwnedBy(neuron, coldkey))
        {
            throw ColdkeyMismatch(hotkey, coldkey);
        }

        if (request.Role == Role.Validator && !rules.IsValidator(neuron))
        {
            throw NotAValidator(neuron);
        }

        caller.Prove(neuron, snapshot, proofs);
        return next();
    }

    private void Verify(AccountId hotkey, IReadOnlyList<Proof> proofs)
    {
        if (proofs.Count == 0)
        {
            throw new InvalidOperationException($"{typeof(TRequest).Name} has nothing that proves it.");
        }

        foreach (var proof in proofs)
        {
            var start = time.GetTimestamp();
            var valid = signatures.Verify(hotkey, proof.Text, proof.Signature);
            metrics.Verified(time.GetElapsedTime(start), valid);
            if (!valid)
            {
                throw InvalidSignature(hotkey, proof);
            }
        }
    }

    private static RefusedException InvalidSignature(AccountId hotkey, Proof proof) => new(
        RefusalCode.InvalidSignature,
        proof.Kind == ProofKind.TaoHeaders
            ? $"The signature in X-Tao-Signature does not verify; sign exactly the text '{proof.Text}', which begins with the SHA-256 of the body as "
                + $"it arrived here, with the hotkey {hotkey} (sr25519)."
            : $"The signature does not verify; sign exactly the text '{proof.Text}' with the hotkey {hotkey} (sr25519) and send it as hex.");

    // The refusal says where to send the request, never which audience to sign: a hostile server would name another server's.
    // Of this server's audiences it names only the public one, because anyone with a key can get this refusal.
    private RefusedException WrongAudience(Audience? named)
    {
        return new RefusedException(RefusalCode.WrongAudience, named is { } other
            ? $"This request is meant for '{other}', but this {(audiences.Public is { } own ? $"server is {own}" : "is another server")}; send it to the "
                + "server that you signed it for, or sign the host of the URL that you call as 'audience'."
            : $"This server{(audiences.Public is { } self ? $", {self}," : "")} accepts only requests that name it; send 'audience' with the host of the URL "
                + "that you call, and sign it as /commitment-formats shows.");
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
