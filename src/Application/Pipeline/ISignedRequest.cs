namespace S3Auth.Application.Pipeline;

/// <summary>
/// A request that must be authenticated before its handler runs. The pipeline reads only these members of a request, and only after
/// <see cref="Validate{TRequest, TResponse}"/> has checked that they exist.
/// </summary>
public interface ISignedRequest
{
    /// <summary>The hotkey that claims to send the request.</summary>
    AccountId Claimant { get; }

    /// <summary>The coldkey that the request names as owner of the hotkey; null if it names none.</summary>
    AccountId? NamedColdkey { get; }

    /// <summary>The role that the request needs.</summary>
    Role Role { get; }

    /// <summary>The kind of grant, which says what daily limit it counts against.</summary>
    GrantKind Kind { get; }

    /// <summary>The grants and files that the request takes from the daily limits.</summary>
    QuotaCost Cost { get; }

    /// <summary>The servers that the request names as its audience; may be empty. This server must accept all of them.</summary>
    IReadOnlyList<NamedAudience> Audiences { get; }

    /// <summary>The proofs, at least one. All of them must be valid.</summary>
    IReadOnlyList<Proof> Proofs { get; }
}
