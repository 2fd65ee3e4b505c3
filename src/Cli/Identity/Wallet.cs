namespace S3Auth.Cli.Identity;

/// <summary>Who is asking: a hotkey that signs and, for miners, the coldkey that owns it. The coldkey's secret is never read.</summary>
internal sealed class Wallet(KeyPair hotkey, AccountId? coldkey) : IDisposable
{
    internal KeyPair Hotkey => hotkey;

    /// <summary>The owner of the hotkey.</summary>
    /// <exception cref="UsageException">It is not known.</exception>
    internal AccountId Coldkey => coldkey
        ?? throw new UsageException("Miners name their coldkey: give --coldkey with its address, or a --wallet that has a coldkeypub.txt.");

    public void Dispose() => hotkey.Dispose();
}
