namespace S3Auth.Application.Ports;

/// <summary>Checks that an account signed a text.</summary>
public interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="signer"/> signed the UTF-8 bytes of <paramref name="text"/>, as they are or wrapped as
    /// <c>&lt;Bytes&gt;…&lt;/Bytes&gt;</c> the way browser wallets sign. Never throws on any input.
    /// </summary>
    bool Verify(AccountId signer, string text, Sr25519Signature signature);
}
