namespace S3Auth.Cli.Identity;

/// <summary>How the command line says who is asking; exactly one of wallet, mnemonic file and SURI.</summary>
internal sealed record IdentityOptions
{
    /// <summary>A wallet's name: its folder below <see cref="WalletPath"/>.</summary>
    public string? Wallet { get; init; }

    /// <summary>The hotkey's name within the wallet.</summary>
    public required string HotkeyName { get; init; }

    /// <summary>Where wallets are.</summary>
    public required string WalletPath { get; init; }

    /// <summary>A file with the hotkey's phrase.</summary>
    public string? MnemonicFile { get; init; }

    /// <summary>A development account, such as <c>//Bob</c>.</summary>
    public string? Suri { get; init; }

    /// <summary>The coldkey's address, where no wallet tells it.</summary>
    public string? Coldkey { get; init; }

    /// <summary>A file with the password of an encrypted key file.</summary>
    public string? PasswordFile { get; init; }
}
