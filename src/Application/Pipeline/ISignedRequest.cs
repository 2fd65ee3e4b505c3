namespace S3Auth.Application.Pipeline;

/// <summary>
/// A request that must be proved before its handler runs: who claims to ask, as what, and the proofs. The pipeline reads this
/// shape and nothing else of the request; <see cref="Validate{TRequest, TResponse}"/> lets no request pass that lacks one of it,
/// so all of it is read only after that.
/// </summary>
public interface ISignedRequest
{
    /// <summary>The account that claims to ask.</summary>
    AccountId Claimant { get; }

    /// <summary>The coldkey that the caller names as its owner; null where the request names none.</summary>
    AccountId? NamedColdkey { get; }

    /// <summary>As what the caller asks.</summary>
    Role Role { get; }

    /// <summary>The server that the proofs are meant for; null where the request names none.</summary>
    Audience? Audience { get; }

    /// <summary>What must verify, every one of them; at least one.</summary>
    IReadOnlyList<Proof> Proofs { get; }
}
