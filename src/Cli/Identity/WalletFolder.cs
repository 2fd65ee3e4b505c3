namespace S3Auth.Cli.Identity;

/// <summary>A folder with Bittensor's wallets: <c>NAME/hotkeys/HOTKEY</c> and <c>NAME/coldkeypub.txt</c>.</summary>
/// <param name="path">The path of the folder.</param>
internal sealed class WalletFolder(string path)
{
    /// <summary>How to create a wallet.</summary>
    internal const string CreateAdvice =
        "Create one with Bittensor's own tool: `pip install bittensor-cli`, then `btcli wallet create --wallet-name miner --hotkey "
        + "default`. A development server needs no wallet: pass --suri //Bob.";

    internal string Path => path;

    /// <summary>The names of the wallets, in alphabetical order.</summary>
    internal IReadOnlyList<string> Wallets => NamesIn(path, Directory.GetDirectories);

    /// <summary>The names of a wallet's hotkeys, in alphabetical order.</summary>
    internal IReadOnlyList<string> HotkeysOf(string wallet) => NamesIn(FolderOf(wallet), Directory.GetFiles);

    /// <summary>The path of a hotkey's key file.</summary>
    internal string PathOf(string wallet, string hotkey) => System.IO.Path.Combine(FolderOf(wallet), hotkey);

    /// <summary>Returns the coldkey that a wallet names; null if it names none.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    internal AccountId? ReadColdkey(string wallet)
    {
        var file = System.IO.Path.Combine(path, wallet, "coldkeypub.txt");
        if (!File.Exists(file))
        {
            return null;
        }

        using var content = new SecretFile(file, "coldkey file");
        try
        {
            return KeyFile.ReadAddress(content.Bytes);
        }
        catch (FormatException exception)
        {
            throw new UsageException(
                $"The coldkey file {file} cannot be read: {exception.Message} Pass the coldkey's address with --coldkey.");
        }
    }

    private string FolderOf(string wallet) => System.IO.Path.Combine(path, wallet, "hotkeys");

    private static IReadOnlyList<string> NamesIn(string folder, Func<string, string[]> list)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. list(folder)
                    .Select(one => System.IO.Path.GetFileName(one)!)
                    .Where(name => !KeyFileInfo.IsPublic(name) && !name.StartsWith('.'))
                    .Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The folder {folder} cannot be read: {exception.Message}");
        }
    }
}
