namespace S3Auth.Application.Pipeline;

/// <summary>A proof in headers, with parsed values and the text for the received body.</summary>
/// <param name="Headers">The kind of headers.</param>
/// <param name="SignedBy">The hotkey that claims to send the request.</param>
/// <param name="Nonce">The nonce.</param>
/// <param name="Timestamp">The time of signing, in Unix milliseconds.</param>
/// <param name="Signature">The signature.</param>
/// <param name="Message">The text that the signature must cover.</param>
public sealed record HeaderProof(
    ProofHeaders Headers, AccountId SignedBy, Guid Nonce, long Timestamp, Sr25519Signature Signature, HeaderMessage Message)
{
    /// <summary>The server that the headers name as receiver; null if they name none. The text contains it.</summary>
    public Audience? SignedFor { get; init; }

    internal Proof Proof => new(
        Message.Text, Signature, Headers.Kind, DateTimeOffset.FromUnixTimeMilliseconds(Timestamp), Headers.ReplayKeyOf(SignedBy, Nonce));

    /// <summary>The kind and the hotkey, without the signature.</summary>
    public override string ToString() => $"{Headers.Kind} of {SignedBy}";
}
