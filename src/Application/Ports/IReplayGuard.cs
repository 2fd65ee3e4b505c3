namespace S3Auth.Application.Ports;

/// <summary>Remembers used proofs until they expire.</summary>
public interface IReplayGuard
{
    /// <summary>
    /// Marks a proof as used. Of concurrent uses of one proof, exactly one returns <see cref="ProofUse.First"/>.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>limits_unavailable</c>: the shared store does not answer, and the operator has set the server to refuse requests then.
    /// </exception>
    ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken);
}

/// <summary>A valid proof that is used now.</summary>
/// <param name="Key">Identifies the proof.</param>
/// <param name="Until">When the proof expires, so that it need not be remembered longer.</param>
public readonly record struct UsedProof(ReplayKey Key, DateTimeOffset Until);

/// <summary>Whether a proof was used before.</summary>
public enum ProofUse
{
    /// <summary>This is the first use.</summary>
    First,

    /// <summary>The proof was used before.</summary>
    Repeated,

    /// <summary>
    /// Unknown, because the memory for proofs is full or was lost. The proof may have been used before.
    /// </summary>
    Unknown,
}
