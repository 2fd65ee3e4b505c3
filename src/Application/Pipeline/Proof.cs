namespace S3Auth.Application.Pipeline;

/// <summary>A proof that the holder of a hotkey made this request: a text, its signature, and a time.</summary>
/// <param name="Text">The signed text.</param>
/// <param name="Signature">The hotkey's signature over its UTF-8 bytes.</param>
/// <param name="Kind">Whether it came in the body or in which headers.</param>
/// <param name="SignedAt">The time of signing, as the caller states it.</param>
/// <param name="ReplayKey">Identifies the proof, so that a replay is recognised.</param>
public sealed record Proof(string Text, Sr25519Signature Signature, ProofKind Kind, DateTimeOffset SignedAt, ReplayKey ReplayKey)
{
    /// <summary>The kind and the text, without the signature.</summary>
    public override string ToString() => $"{Kind} over {Text}";
}

/// <summary>How a request is proved. Audit records contain these names in snake_case.</summary>
public enum ProofKind
{
    /// <summary>A commitment in the body.</summary>
    Commitment,

    /// <summary>Tao v2 headers.</summary>
    TaoHeaders,

    /// <summary>Epistula v2 headers.</summary>
    EpistulaHeaders,
}
