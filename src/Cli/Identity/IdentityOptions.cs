namespace S3Auth.Cli.Identity;

/// <summary>What names the hotkey: exactly one of wallet, hotkey file, mnemonic file and SURI.</summary>
internal sealed record IdentityOptions
{
    /// <summary>The name of a wallet: its folder in <see cref="WalletPath"/>.</summary>
    public string? Wallet { get; init; }

    /// <summary>The name of the hotkey in the wallet.</summary>
    public required string HotkeyName { get; init; }

    /// <summary>The folder of the wallets.</summary>
    public required string WalletPath { get; init; }

    /// <summary>A hotkey's key file outside a wallet.</summary>
    public string? HotkeyFile { get; init; }

    /// <summary>A file with the hotkey's mnemonic.</summary>
    public string? MnemonicFile { get; init; }

    /// <summary>A development account, such as <c>//Bob</c>.</summary>
    public string? Suri { get; init; }

    /// <summary>The coldkey's address, if the wallet has no coldkeypub.txt.</summary>
    public string? Coldkey { get; init; }

    /// <summary>A file with the password of an encrypted key file.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Whether anything names the hotkey.</summary>
    internal bool IsGiven => (Wallet ?? HotkeyFile ?? MnemonicFile ?? Suri) is not null;

    /// <summary>The path of the hotkey's key file; null if a mnemonic or a SURI names the hotkey.</summary>
    internal string? KeyFile => HotkeyFile ?? (Wallet is null ? null : Path.Combine(WalletPath, Wallet, "hotkeys", HotkeyName));
}
