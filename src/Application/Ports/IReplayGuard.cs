namespace S3Auth.Application.Ports;

/// <summary>Remembers used proofs for as long as anyone could use them again.</summary>
public interface IReplayGuard
{
    /// <summary>
    /// Uses a proof. However often one is used, by however many at once, only one of them is told that it is the first.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>limits_unavailable</c>: what is shared among the instances cannot be reached, and the operator wants no request to go on without.
    /// </exception>
    ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken);
}
