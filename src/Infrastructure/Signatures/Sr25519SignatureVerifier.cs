namespace S3Auth.Infrastructure.Signatures;

/// <summary>
/// Verifies sr25519 signatures over the text itself, or over the text within <c>&lt;Bytes&gt;…&lt;/Bytes&gt;</c>, which is what browser
/// wallets sign. Caches the tables of hotkeys, with which verification takes a third of the time. Thread-safe.
/// </summary>
public sealed class Sr25519SignatureVerifier : ISignatureVerifier
{
    /// <summary>More than the hotkeys of the largest subnets. Full, the cache takes about 70 MB.</summary>
    private const int MaxKnownHotkeys = 16_384;

    private const int StackLimit = 512;

    private readonly KnownHotkeys _known;

    /// <summary>Creates a verifier that knows no hotkey yet.</summary>
    public Sr25519SignatureVerifier()
        : this(new KnownHotkeys(MaxKnownHotkeys))
    {
    }

    internal Sr25519SignatureVerifier(KnownHotkeys known) => _known = known;

    /// <summary>The number of hotkeys with a table.</summary>
    internal int KnownHotkeyCount => _known.Count;

    /// <summary>Creates the table of a hotkey. Does nothing if it exists, or if the hotkey is not a valid public key.</summary>
    internal void Prepare(AccountId hotkey)
    {
        if (_known.Find(hotkey) is null && Sr25519VerifyingKey.TryCreate(hotkey) is { } key)
        {
            _known.Add(hotkey, new KnownHotkey(key));
        }
    }

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

            return Verify(signer, wrapped.Slice(open.Length, length), wrapped, signature);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private bool Verify(AccountId signer, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> wrapped, in Sr25519Signature signature)
    {
        if (_known.Find(signer) is { } hotkey)
        {
            return Verify(hotkey, plain, wrapped, signature);
        }

        if (Sr25519VerifyingKey.TryCreate(signer) is not { } key)
        {
            return false;
        }

        hotkey = new KnownHotkey(key);
        if (!Verify(hotkey, plain, wrapped, signature))
        {
            return false;
        }

        _known.Add(signer, hotkey);
        return true;
    }

    private static bool Verify(KnownHotkey hotkey, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> wrapped, in Sr25519Signature signature)
    {
        // Read once, because another request of this hotkey may change it.
        var isWrappedFirst = hotkey.WasTextWrapped;
        var first = isWrappedFirst ? wrapped : plain;
        var second = isWrappedFirst ? plain : wrapped;
        if (!hotkey.Key.VerifyEither(first, second, signature, out var isSecond))
        {
            return false;
        }

        if (isSecond)
        {
            hotkey.WasTextWrapped = !isWrappedFirst;
        }

        return true;
    }
}
