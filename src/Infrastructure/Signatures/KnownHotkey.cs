namespace S3Auth.Infrastructure.Signatures;

/// <summary>A hotkey that has signed, with its table.</summary>
internal sealed class KnownHotkey(Sr25519VerifyingKey key)
{
    private volatile bool _hasWrappedText;

    public Sr25519VerifyingKey Key { get; } = key;

    /// <summary>Whether its last valid signature was of the wrapped text. This form is then tried first.</summary>
    public bool HasWrappedText
    {
        get => _hasWrappedText;
        set => _hasWrappedText = value;
    }
}
