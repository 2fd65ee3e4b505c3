namespace S3Auth.Application.Pipeline;

/// <summary>What a caller shows for a request being its own: a text that only this request has, signed by its hotkey.</summary>
/// <param name="Text">The signed text.</param>
/// <param name="Signature">The hotkey's signature over its UTF-8 bytes.</param>
/// <param name="Kind">Where it came from.</param>
/// <param name="Moment">When it says it was signed.</param>
/// <param name="ReplayKey">By what it is known again.</param>
public sealed record Proof(string Text, Sr25519Signature Signature, ProofKind Kind, DateTimeOffset Moment, ReplayKey ReplayKey)
{
    /// <summary>Without the signature.</summary>
    public override string ToString() => $"{Kind} over {Text}";
}
