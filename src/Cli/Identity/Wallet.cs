namespace S3Auth.Cli.Identity;

/// <summary>A hotkey that signs. Never reads the coldkey's secret.</summary>
/// <param name="hotkey">The key pair of the hotkey.</param>
/// <param name="coldkey">The coldkey that owns the hotkey; null if the wallet does not name it.</param>
internal sealed class Wallet(KeyPair hotkey, AccountId? coldkey) : IDisposable
{
    internal KeyPair Hotkey => hotkey;

    /// <summary>The coldkey that owns the hotkey; null if the wallet does not name it. The chain knows it then.</summary>
    internal AccountId? Coldkey => coldkey;

    public void Dispose() => hotkey.Dispose();
}
