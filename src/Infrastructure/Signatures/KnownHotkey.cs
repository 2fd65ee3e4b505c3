namespace S3Auth.Infrastructure.Signatures;

/// <summary>A hotkey with its table.</summary>
internal sealed class KnownHotkey(Sr25519VerifyingKey key)
{
    private volatile bool _wasTextWrapped;

    public Sr25519VerifyingKey Key { get; } = key;

    /// <summary>
    /// Whether its last valid signature covered the text in <c>&lt;Bytes&gt;…&lt;/Bytes&gt;</c>. This form is then tried first.
    /// </summary>
    public bool WasTextWrapped
    {
        get => _wasTextWrapped;
        set => _wasTextWrapped = value;
    }
}
