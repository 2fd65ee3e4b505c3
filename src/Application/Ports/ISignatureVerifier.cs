namespace S3Auth.Application.Ports;

/// <summary>Verifies signatures of accounts.</summary>
public interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="signer"/> signed the UTF-8 bytes of <paramref name="text"/>, either plain or wrapped as
    /// <c>&lt;Bytes&gt;…&lt;/Bytes&gt;</c>, as browser wallets do. Never throws.
    /// </summary>
    bool Verify(AccountId signer, string text, Sr25519Signature signature);
}
