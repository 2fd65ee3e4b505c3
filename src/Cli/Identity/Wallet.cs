namespace S3Auth.Cli.Identity;

/// <summary>A hotkey that signs and, for miners, the address of the coldkey that owns it. Never reads the coldkey's secret.</summary>
internal sealed class Wallet(KeyPair hotkey, AccountId? coldkey) : IDisposable
{
    internal KeyPair Hotkey => hotkey;

    internal bool HasColdkey => coldkey is not null;

    /// <summary>The coldkey that owns the hotkey.</summary>
    /// <exception cref="UsageException">The wallet does not name it.</exception>
    internal AccountId Coldkey => coldkey ?? throw new UsageException(
        "The wallet has no coldkeypub.txt, so the coldkey is not known. As a miner, pass its address with --coldkey. As a validator, "
        + "choose miners with --miner or --all (ls, download), or use --validator (check).");

    public void Dispose() => hotkey.Dispose();
}
