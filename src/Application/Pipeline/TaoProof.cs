namespace S3Auth.Application.Pipeline;

/// <summary>A proof by Tao v2 headers, with parsed values and the text for the received body.</summary>
/// <param name="SignedBy">The hotkey that claims to send the request (<c>X-Tao-Signed-By</c>).</param>
/// <param name="Nonce">The nonce (<c>X-Tao-Nonce</c>).</param>
/// <param name="Timestamp">The time of signing, in Unix milliseconds (<c>X-Tao-Timestamp</c>).</param>
/// <param name="Signature">The signature (<c>X-Tao-Signature</c>).</param>
/// <param name="Message">The text that the signature must cover.</param>
public sealed record TaoProof(AccountId SignedBy, Guid Nonce, long Timestamp, Sr25519Signature Signature, TaoMessage Message)
{
    internal Proof Proof => new(
        Message.Text, Signature, ProofKind.TaoHeaders, DateTimeOffset.FromUnixTimeMilliseconds(Timestamp),
        ReplayKey.OfNonce(SignedBy, Nonce));

    /// <summary>The hotkey, without the signature.</summary>
    public override string ToString() => $"{nameof(TaoProof)} of {SignedBy}";
}
