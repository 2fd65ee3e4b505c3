namespace S3Auth.Cli.Identity;

/// <summary>What a hotkey's key file shows without its password.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Kind">How it is encrypted.</param>
/// <param name="Address">The hotkey's address; null if it is not known.</param>
/// <param name="Problem">Why the file cannot be used, and what to do; null if it can.</param>
internal sealed record KeyFileInfo(string Path, KeyFileKind Kind, AccountId? Address, string? Problem)
{
    private const string PublicSuffix = "pub.txt";

    /// <summary>Whether a file of a wallet has no secret, such as <c>defaultpub.txt</c>.</summary>
    internal static bool IsPublic(string name) => name.EndsWith(PublicSuffix, StringComparison.Ordinal);

    /// <summary>Reads a key file. Never decrypts it.</summary>
    internal static KeyFileInfo Read(string path)
    {
        try
        {
            using var file = new SecretFile(path, "hotkey file");
            var kind = KeyFile.KindOf(file.Bytes);
            return kind switch
            {
                KeyFileKind.Plain => new KeyFileInfo(path, kind, KeyFile.ReadAddress(file.Bytes), null),
                KeyFileKind.Nacl => new KeyFileInfo(path, kind, ReadPublic(path), null),
                _ => new KeyFileInfo(path, kind, ReadPublic(path), Advise(path, kind)),
            };
        }
        catch (UsageException exception)
        {
            return new KeyFileInfo(path, KeyFileKind.Plain, null, exception.Message);
        }
        catch (FormatException exception)
        {
            return new KeyFileInfo(path, KeyFileKind.Plain, null, $"The hotkey file {path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>
    /// Says how to bring a key file with an old encryption into the current format. Bittensor's current tools do not decrypt Fernet.
    /// </summary>
    internal static string Advise(string path, KeyFileKind kind) => kind == KeyFileKind.Fernet
        ? $"The hotkey file {path} has an old encryption (Fernet) that Bittensor's current tools do not read either. Create the file anew "
            + "from its mnemonic with `btcli wallet regen-hotkey`."
        : $"The hotkey file {path} has an old encryption (Ansible's vault). Create the file anew from its mnemonic with `btcli wallet "
            + "regen-hotkey`, or convert it with Python: "
            + $"from bittensor_wallet import Keyfile; Keyfile({PythonText(path)}, \"hotkey\").check_and_update_encryption()";

    // Since 3.1, Bittensor's wallet writes the address of a hotkey beside it.
    private static AccountId? ReadPublic(string path)
    {
        try
        {
            using var file = new SecretFile(path + PublicSuffix, "address file");
            return KeyFile.ReadAddress(file.Bytes);
        }
        catch (Exception exception) when (exception is UsageException or FormatException)
        {
            // The file is optional. Without it, the address is not known.
            return null;
        }
    }

    private static string PythonText(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
