namespace S3Auth.Application.Pipeline;

/// <summary>
/// Sixth step: refuses a proof that was used before. Only valid proofs are remembered, so a caller cannot use up the proof of another.
/// </summary>
public sealed class RefuseReplay<TRequest, TResponse>(IReplayGuard guard, AccessWindow window) : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    // Timestamps are whole seconds, so a proof is valid until the end of its last second.
    private static readonly TimeSpan LastSecond = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    public async ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        var proofs = caller.Proofs;
        for (var i = 0; i < proofs.Count; i++)
        {
            var used = new UsedProof(proofs[i].ReplayKey, proofs[i].SignedAt + window.MaxAge + LastSecond);
            var use = await guard.UseAsync(used, cancellationToken);
            if (use != ProofUse.First)
            {
                throw Refuse(use, proofs[i].Kind);
            }
        }

        return await next.RunAsync();
    }

    private static RefusedException Refuse(ProofUse use, ProofKind kind) => use switch
    {
        ProofUse.Repeated => new RefusedException(
            RefusalCode.ReplayedRequest,
            ProofHeaders.Of(kind) is { } headers
                ? $"This hotkey used this {headers.Nonce} before; sign each request anew, with a new UUID and the current time."
                : "This signature was used before; sign each request anew, with a new timestamp."),
        _ => new RefusedException(
            RefusalCode.LimitsUnavailable,
            "This server cannot tell whether this signature was used before, because it has too many to remember or its clock was set "
                + "back; "
                + "sign again with the current time.")
        {
            RetryAfter = Retry,
        },
    };
}
