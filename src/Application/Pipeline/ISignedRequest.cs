using S3Auth.Substrate;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// A request that must be proved before its handler runs: who claims to ask, as what, and the proof. The pipeline reads this
/// shape and nothing else of the request. Members are null where the client sent none; <see cref="Validate{TRequest, TResponse}"/>
/// lets no request pass that lacks one, so <see cref="Proof"/> is read only after it.
/// </summary>
public interface ISignedRequest
{
    /// <summary>The account that claims to ask.</summary>
    AccountId? Hotkey { get; }

    /// <summary>The coldkey that the caller names as its owner; null where the request names none.</summary>
    AccountId? NamedColdkey { get; }

    /// <summary>When the caller signed, in Unix seconds.</summary>
    long? Timestamp { get; }

    /// <summary>The caller's signature.</summary>
    Sr25519Signature? Signature { get; }

    /// <summary>As what the caller asks.</summary>
    Role Role { get; }

    /// <summary>What must verify.</summary>
    Proof Proof { get; }
}
