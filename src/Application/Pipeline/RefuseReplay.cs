namespace S3Auth.Application.Pipeline;

/// <summary>
/// Sixth step: refuses a proof that was used before. Only valid proofs are remembered, so a caller cannot use up the proof of another.
/// </summary>
public sealed class RefuseReplay<TRequest, TResponse>(IReplayGuard guard, AccessWindow window, Caller caller)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    // Timestamps are whole seconds, so a proof is valid until the end of its last second.
    private static readonly TimeSpan LastSecond = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        foreach (var proof in caller.Proofs)
        {
            var used = new UsedProof(proof.ReplayKey, proof.SignedAt + window.MaxAge + LastSecond);
            var use = await guard.UseAsync(used, cancellationToken);
            if (use != ProofUse.First)
            {
                throw Refuse(use, proof.Kind);
            }
        }

        return await next();
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
