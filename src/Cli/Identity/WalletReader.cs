namespace S3Auth.Cli.Identity;

/// <summary>Reads the keys that the options name.</summary>
/// <param name="warn">Prints a warning.</param>
/// <param name="askPassword">Asks for the password of a file; null if there is no terminal.</param>
/// <param name="readVariable">Reads an environment variable; null if it is not set.</param>
/// <param name="advice">What to do if no wallet is given.</param>
internal sealed class WalletReader(
    Action<string> warn,
    Func<string, PasswordInput?> askPassword,
    Func<string, string?> readVariable,
    string advice = "Run `s3auth configure` once")
{
    /// <exception cref="UsageException">The key does not exist or cannot be read; the message says what to do.</exception>
    internal Wallet Read(IdentityOptions options)
    {
        switch (new[] { options.Wallet, options.HotkeyFile, options.MnemonicFile, options.Suri }.Count(one => one is not null))
        {
            case 0:
                throw new UsageException("No wallet is given. " + advice + ", or pass --wallet NAME. `s3auth keys` lists your wallets.");
            case > 1:
                throw new UsageException(
                    "Pass exactly one of --wallet NAME [--hotkey NAME], --hotkey-file FILE, --mnemonic-file FILE, or --suri //NAME (a "
                    + "development account).");
        }

        var given = options.Coldkey is { } text ? ReadAddress(text, "--coldkey") : (AccountId?)null;
        if (options.Suri is { } suri)
        {
            return ReadDevelopment(suri, given);
        }

        return options.MnemonicFile is { } phrase ? new Wallet(ReadPhrase(phrase), given)
            : options.HotkeyFile is { } file ? new Wallet(ReadKeyFile(file, options.PasswordFile), given)
            : ReadWallet(options, given);
    }

    internal static AccountId ReadAddress(string text, string option) => Ss58.TryDecode(text, out var account, out var error)
        ? account
        : throw new UsageException($"{option} is not an address: {error.Describe()}");

    // A mnemonic or seed on the command line would appear in the shell's history and in the list of processes.
    private static Wallet ReadDevelopment(string suri, AccountId? coldkey)
    {
        if (!suri.StartsWith("//", StringComparison.Ordinal) || suri.Contains("///", StringComparison.Ordinal))
        {
            throw new UsageException(
                "--suri is for development accounts only, such as //Bob. Do not write a secret on the command line or into a profile: use "
                + "--mnemonic-file or --wallet.");
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
            throw new UsageException($"The mnemonic file {path} cannot be read: {exception.Message}");
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
        var (folder, name) = (new WalletFolder(options.WalletPath), options.Wallet!);
        if (!Directory.Exists(Path.Combine(folder.Path, name)))
        {
            throw new UsageException(
                $"There is no wallet {Path.Combine(folder.Path, name)}. {Existing(folder.Path, "wallet", folder.Wallets)}"
                + (folder.Wallets.Count == 0 ? " " + WalletFolder.CreateAdvice : ""));
        }

        var path = folder.PathOf(name, options.HotkeyName);
        if (!File.Exists(path))
        {
            throw new UsageException(
                $"There is no hotkey {path}. {Existing(Path.GetDirectoryName(path)!, "hotkey", folder.HotkeysOf(name))}");
        }

        var hotkey = ReadKeyFile(path, options.PasswordFile);
        try
        {
            return new Wallet(hotkey, coldkey ?? folder.ReadColdkey(name));
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
                case var kind:
                    throw new UsageException(KeyFileInfo.Advise(path, kind));
            }
        }
        catch (FormatException exception)
        {
            throw new UsageException($"The hotkey file {path} cannot be read: {exception.Message}");
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
                ? $"The hotkey file {path} is encrypted, and there is no terminal to ask for its password. Pass --password-file, or set "
                    + $"${PasswordVariable.NamesOf(path).First()} as Bittensor's tools do."
                : $"The password in ${name} does not decrypt the hotkey file {path}. Set it again with save_password_to_env of "
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

    /// <returns>The variable that is set, if any, and the key pair if the variable's password decrypts it.</returns>
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
                    // Another version of the tools may have written the variable, with another encoding.
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

    private void WarnIfOpen(string path)
    {
        if (SecretFile.IsOpenToOthers(path))
        {
            warn($"Other accounts of this machine can read {path}. Run `chmod 600 {ShellQuote.ForCommand(path)}`.");
        }
    }

    // A name must not lead to another folder.
    private static void RefusePath(string name, string option)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new UsageException($"{option} must be a name, not a path. Use --wallet-path for the folder of the wallets.");
        }
    }

    private static string Existing(string folder, string what, IReadOnlyList<string> names) => names.Count == 0
        ? $"{folder} has no {what}."
        : $"{folder} has {Report.Safe(string.Join(", ", names))}.";
}
