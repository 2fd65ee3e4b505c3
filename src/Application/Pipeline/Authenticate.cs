namespace S3Auth.Application.Pipeline;

/// <summary>
/// Third step: verifies that the hotkey signed this request for this server. Refuses first if there is no metagraph, so that this server
/// never reports a request as invalid that it cannot check. The audience is compared after the signature, so that <c>wrong_audience</c> in
/// audit records and metrics always means a valid proof, and before the replay check and the quota, so that a relayed proof costs its owner
/// nothing.
/// </summary>
public sealed class Authenticate<TRequest, TResponse>(
    IMetagraph metagraph, ISignatureVerifier signatures, Audiences audiences, PipelineMetrics metrics, TimeProvider time)
    : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        var snapshot = metagraph.Current ?? throw RefusedException.ChainUnavailable();
        var proofs = request.Proofs;
        Verify(request.Claimant, proofs);
        CheckAudience(request.Audiences, proofs);

        caller.Authenticate(snapshot, proofs);
        return next.RunAsync();
    }

    private void Verify(AccountId hotkey, IReadOnlyList<Proof> proofs)
    {
        if (proofs.Count == 0)
        {
            throw new InvalidOperationException($"{typeof(TRequest).Name} has no proof.");
        }

        // By index: foreach over an IReadOnlyList allocates an enumerator.
        for (var i = 0; i < proofs.Count; i++)
        {
            var proof = proofs[i];
            var start = time.GetTimestamp();
            var valid = signatures.Verify(hotkey, proof.Text, proof.Signature);
            metrics.Verified(time.GetElapsedTime(start), valid);
            if (!valid)
            {
                throw InvalidSignature(hotkey, proof);
            }
        }
    }

    // The audience in the body is part of what every proof signs, and the audience in a header is part of what that kind of header signs.
    // So the hotkey has signed each audience that the request names.
    private void CheckAudience(IReadOnlyList<NamedAudience> named, IReadOnlyList<Proof> proofs)
    {
        foreach (var (audience, place) in named)
        {
            if (!audiences.Accepts(audience))
            {
                throw WrongAudience(audience, place);
            }
        }

        if (named.Count == 0 && !audiences.CanBeOmitted)
        {
            throw NoAudience(proofs);
        }
    }

    private static RefusedException InvalidSignature(AccountId hotkey, Proof proof) => new(
        RefusalCode.InvalidSignature,
        ProofHeaders.Of(proof.Kind) is { } headers
            ? $"The signature in {headers.Signature} does not verify; sign exactly the text '{proof.Text}', which begins with the SHA-256 "
                + $"of the received body, with the hotkey {hotkey} (sr25519)."
            : $"The signature does not verify; sign exactly the text '{proof.Text}' with the hotkey {hotkey} (sr25519) and send it as "
                + $"hex.");

    // The refusal tells where to send the request, but not which audience to sign: a hostile server would name the audience of another
    // one. It names only the public one of this server's audiences, because anyone with a hotkey can get this refusal.
    private RefusedException WrongAudience(Audience named, string place)
    {
        var server = audiences.Public is { } own ? $"server is {own}" : "is another server";
        return new RefusedException(
            RefusalCode.WrongAudience,
            $"'{place}' says that this request is meant for '{named}', but this {server}; send it to the server that you signed it for, or "
                + "sign the host of the URL that you call as 'audience'.");
    }

    private RefusedException NoAudience(IReadOnlyList<Proof> proofs)
    {
        var self = audiences.Public is { } name ? $", {name}," : "";
        var header = proofs.Select(proof => ProofHeaders.Of(proof.Kind)?.SignedFor).FirstOrDefault(signedFor => signedFor is not null);
        return new RefusedException(
            RefusalCode.WrongAudience,
            $"This server{self} accepts only requests that name it; send 'audience' with the host of the URL that you call"
                + (header is null ? "," : $", or {header} with the address of this server,")
                + " and sign it as /commitment-formats shows.");
    }
}
