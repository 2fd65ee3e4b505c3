namespace S3Auth.Application.Pipeline;

/// <summary>A proof by Tao v2 headers: each of them parsed, the text made over the body just as it was received.</summary>
/// <param name="SignedBy">The account that claims to ask (<c>X-Tao-Signed-By</c>).</param>
/// <param name="Nonce">What makes the request one of its kind (<c>X-Tao-Nonce</c>).</param>
/// <param name="Timestamp">When it was signed, in Unix milliseconds (<c>X-Tao-Timestamp</c>).</param>
/// <param name="Signature">The signature (<c>X-Tao-Signature</c>).</param>
/// <param name="Message">What it must be over.</param>
public sealed record TaoProof(AccountId SignedBy, Guid Nonce, long Timestamp, Sr25519Signature Signature, TaoMessage Message)
{
    internal Proof Proof => new(
        Message.Text, Signature, ProofKind.TaoHeaders, DateTimeOffset.FromUnixTimeMilliseconds(Timestamp), ReplayKey.OfNonce(SignedBy, Nonce));

    /// <summary>Without the signature.</summary>
    public override string ToString() => $"{nameof(TaoProof)} of {SignedBy}";
}
