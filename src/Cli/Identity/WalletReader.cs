namespace S3Auth.Cli.Identity;

/// <summary>Finds the keys that the command line names.</summary>
/// <param name="warn">Told what should not be so.</param>
/// <param name="askPassword">Asks for the password of the file named; null where nobody can be asked.</param>
/// <param name="readVariable">Reads an environment variable; null where it is not set.</param>
internal sealed class WalletReader(Action<string> warn, Func<string, PasswordInput?> askPassword, Func<string, string?> readVariable)
{
    /// <exception cref="UsageException">There is no such key, or it cannot be read; the message says what to do.</exception>
    internal Wallet Read(IdentityOptions options)
    {
        if (new[] { options.Wallet, options.MnemonicFile, options.Suri }.Count(one => one is not null) != 1)
        {
            throw new UsageException("Say who you are with one of --wallet NAME [--hotkey NAME], --mnemonic-file FILE, --suri //NAME (development).");
        }

        var given = options.Coldkey is { } text ? ReadAddress(text, "--coldkey") : (AccountId?)null;
        if (options.Suri is { } suri)
        {
            return ReadDevelopment(suri, given);
        }

        return options.MnemonicFile is { } file
            ? new Wallet(ReadPhrase(file), given)
            : ReadWallet(options, given);
    }

    internal static AccountId ReadAddress(string text, string option) => Ss58.TryDecode(text, out var account, out var error)
        ? account
        : throw new UsageException($"{option} is no address: {error.Describe()}");

    // Whoever types a phrase or seed here has it in the shell's history and in the list of processes.
    private static Wallet ReadDevelopment(string suri, AccountId? coldkey)
    {
        if (!suri.StartsWith("//", StringComparison.Ordinal) || suri.Contains("///", StringComparison.Ordinal))
        {
            throw new UsageException("--suri takes development accounts only, such as //Bob: a secret does not belong on a command line. Use --mnemonic-file or --wallet.");
        }

        try
        {
            using var cold = KeyPair.FromUri(suri + "//cold");
            return new Wallet(KeyPair.FromUri(suri), coldkey ?? cold.AccountId);
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private KeyPair ReadPhrase(string path)
    {
        using var file = new SecretFile(path, "mnemonic file");
        WarnIfOpen(path);
        var phrase = GC.AllocateArray<char>(Encoding.UTF8.GetMaxCharCount(file.Bytes.Length), pinned: true);
        try
        {
            var length = Encoding.UTF8.GetChars(file.Bytes, phrase);
            return KeyPair.FromMnemonic(phrase.AsSpan(0, length).Trim());
        }
        catch (FormatException exception)
        {
            throw new UsageException($"The mnemonic file {path}: {exception.Message}");
        }
        finally
        {
            phrase.AsSpan().Clear();
        }
    }

    private Wallet ReadWallet(IdentityOptions options, AccountId? coldkey)
    {
        RefusePath(options.Wallet!, "--wallet");
        RefusePath(options.HotkeyName, "--hotkey");
        var wallet = Path.Combine(options.WalletPath, options.Wallet!);
        if (!Directory.Exists(wallet))
        {
            throw new UsageException($"There is no wallet {wallet}: {Existing(options.WalletPath, "wallet", Directory.GetDirectories)}");
        }

        var hotkeys = Path.Combine(wallet, "hotkeys");
        var path = Path.Combine(hotkeys, options.HotkeyName);
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no hotkey {path}: {Existing(hotkeys, "hotkey", Directory.GetFiles)}");
        }

        var hotkey = ReadKeyFile(path, options.PasswordFile);
        try
        {
            return new Wallet(hotkey, coldkey ?? ReadColdkey(wallet));
        }
        catch
        {
            hotkey.Dispose();
            throw;
        }
    }

    private KeyPair ReadKeyFile(string path, string? passwordFile)
    {
        using var file = new SecretFile(path, "hotkey file");
        WarnIfOpen(path);
        try
        {
            switch (KeyFile.KindOf(file.Bytes))
            {
                case KeyFileKind.Plain:
                    return KeyFile.Read(file.Bytes);
                case KeyFileKind.Nacl:
                    return Decrypt(file, path, passwordFile);
                default:
                    var kind = KeyFile.KindOf(file.Bytes) == KeyFileKind.Fernet ? "Fernet" : "Ansible's vault";
                    throw new UsageException($"The hotkey file {path} is encrypted with {kind}, as early wallets did: run 'btcli wallet update' once, which encrypts it as today's do.");
            }
        }
        catch (FormatException exception)
        {
            throw new UsageException($"The hotkey file {path}: {exception.Message}");
        }
    }

    private KeyPair Decrypt(SecretFile file, string path, string? passwordFile)
    {
        try
        {
            if (passwordFile is not null)
            {
                using var stored = new SecretFile(passwordFile, "password file");
                WarnIfOpen(passwordFile);
                return KeyFile.Decrypt(file.Bytes, stored.Line);
            }

            var (name, hotkey) = DecryptByVariable(file, path);
            if (hotkey is not null)
            {
                return hotkey;
            }

            using var typed = askPassword(path) ?? throw new UsageException(name is null
                ? $"The hotkey file {path} is encrypted, and there is no terminal to ask for its password: pass --password-file, or set "
                    + $"${PasswordVariable.NamesOf(path).First()} as Bittensor's tools do."
                : $"The password in ${name} does not open the hotkey file {path}: set it again with save_password_to_env of "
                    + "bittensor-wallet, or pass --password-file.");
            return KeyFile.Decrypt(file.Bytes, typed.Bytes);
        }
        catch (CryptographicException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <returns>The variable that is set, if any, and the key pair that its password opens.</returns>
    private (string? Name, KeyPair? Hotkey) DecryptByVariable(SecretFile file, string path)
    {
        foreach (var name in PasswordVariable.NamesOf(path))
        {
            if (readVariable(name) is not { Length: > 0 } value)
            {
                continue;
            }

            foreach (var password in PasswordVariable.Decode(name, value))
            {
                try
                {
                    return (name, KeyFile.Decrypt(file.Bytes, password));
                }
                catch (CryptographicException)
                {
                    // It may have been written by another version of the tools.
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(password);
                }
            }

            return (name, null);
        }

        return (null, null);
    }

    private static AccountId? ReadColdkey(string wallet)
    {
        var path = Path.Combine(wallet, "coldkeypub.txt");
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = new SecretFile(path, "coldkey's public file");
        try
        {
            return KeyFile.ReadAddress(file.Bytes);
        }
        catch (FormatException exception)
        {
            throw new UsageException($"The coldkey's public file {path}: {exception.Message}");
        }
    }

    private void WarnIfOpen(string path)
    {
        if (SecretFile.IsOpenToOthers(path))
        {
            warn($"{path} can be read by other accounts of this machine. Run: chmod 600 {path}");
        }
    }

    // A name, not a way to another folder.
    private static void RefusePath(string name, string option)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new UsageException($"{option} takes a name; where wallets lie says --wallet-path.");
        }
    }

    private static string Existing(string folder, string what, Func<string, string[]> list)
    {
        var names = Directory.Exists(folder)
            ? list(folder).Select(path => Path.GetFileName(path)!).Where(name => !name.EndsWith("pub.txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList()
            : [];
        return names.Count == 0 ? $"{folder} has no {what}." : $"{folder} has {string.Join(", ", names)}.";
    }
}
