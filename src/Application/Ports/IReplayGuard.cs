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

/// <summary>A proof that was verified and is used now.</summary>
/// <param name="Key">By what it is known again.</param>
/// <param name="Until">From when on nobody takes it any more, because its moment is too old.</param>
public readonly record struct UsedProof(ReplayKey Key, DateTimeOffset Until);

/// <summary>How the use of a proof stands to earlier ones.</summary>
public enum ProofUse
{
    /// <summary>It is the first.</summary>
    First,

    /// <summary>It was used before.</summary>
    Repeated,

    /// <summary>
    /// Nobody can tell: as much is remembered as fits, or what was remembered is forgotten. It may have been used before.
    /// </summary>
    Unknown,
}
