namespace S3Auth.Infrastructure.Signatures;

/// <summary>
/// Verifies sr25519 signatures over the text itself, or over the text within <c>&lt;Bytes&gt;…&lt;/Bytes&gt;</c>, which is what browser
/// wallets sign.
/// </summary>
public sealed class Sr25519SignatureVerifier : ISignatureVerifier
{
    private const int StackLimit = 512;

    /// <inheritdoc/>
    public bool Verify(AccountId signer, string text, Sr25519Signature signature)
    {
        ArgumentNullException.ThrowIfNull(text);

        var open = "<Bytes>"u8;
        var close = "</Bytes>"u8;
        var length = Encoding.UTF8.GetByteCount(text);
        var needed = open.Length + length + close.Length;
        var rented = needed > StackLimit ? ArrayPool<byte>.Shared.Rent(needed) : null;
        try
        {
            var wrapped = rented is null ? stackalloc byte[needed] : rented.AsSpan(0, needed);
            open.CopyTo(wrapped);
            Encoding.UTF8.GetBytes(text, wrapped[open.Length..]);
            close.CopyTo(wrapped[(open.Length + length)..]);

            return Sr25519.Verify(signer, wrapped.Slice(open.Length, length), signature)
                || Sr25519.Verify(signer, wrapped, signature);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
