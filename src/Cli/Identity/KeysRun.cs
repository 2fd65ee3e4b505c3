namespace S3Auth.Cli.Identity;

/// <summary>Lists wallets and their hotkeys, and what each may do on a server. Never decrypts a key file.</summary>
/// <param name="report">The output.</param>
/// <param name="server">The server; null to ask none.</param>
/// <param name="folder">The folder of the wallets.</param>
internal sealed class KeysRun(Report report, PublicServer? server, WalletFolder folder)
{
    // The server limits the requests of one client address.
    private const int MaxRequests = 4;

    private Failure? _failure;

    /// <param name="single">A hotkey file outside a wallet to list, too; null for none.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    internal async Task<ExitCode> RunAsync(string? single, CancellationToken cancellationToken)
    {
        var keys = Find(single);
        if (keys.Count == 0)
        {
            report.Note($"There is no wallet in {folder.Path}. {WalletFolder.CreateAdvice}");
            return ExitCode.Done;
        }

        var statuses = await AskAsync(keys, cancellationToken);
        foreach (var (key, status) in keys.Zip(statuses))
        {
            Show(key, status);
        }

        // A failure of the server affects all keys.
        return _failure is { } failure ? report.Fail(failure) : ExitCode.Done;
    }

    private List<Key> Find(string? single)
    {
        var keys = new List<Key>();
        foreach (var wallet in folder.Wallets)
        {
            var (coldkey, problem) = ReadColdkey(wallet);
            var hotkeys = folder.HotkeysOf(wallet);
            keys.AddRange(hotkeys.Select(
                hotkey => new Key(wallet, hotkey, KeyFileInfo.Read(folder.PathOf(wallet, hotkey)), coldkey, problem)));
            if (hotkeys.Count == 0)
            {
                report.Note(
                    $"Wallet {Report.Safe(wallet)} has no hotkey. Create one with `btcli wallet new-hotkey --wallet-name "
                    + $"{ShellQuote.ForCommand(Report.Safe(wallet))} --hotkey default`.");
            }
        }

        if (single is not null)
        {
            keys.Add(new Key(Wallet: null, Path.GetFileName(single), KeyFileInfo.Read(single), Coldkey: null, ColdkeyProblem: null));
        }

        return keys;
    }

    private (AccountId? Coldkey, string? Problem) ReadColdkey(string wallet)
    {
        try
        {
            return (folder.ReadColdkey(wallet), null);
        }
        catch (UsageException exception)
        {
            return (null, exception.Message);
        }
    }

    private async Task<HotkeyStatus?[]> AskAsync(List<Key> keys, CancellationToken cancellationToken)
    {
        var statuses = new HotkeyStatus?[keys.Count];
        await Parallel.ForAsync(
            0,
            keys.Count,
            new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = cancellationToken },
            async (index, token) => statuses[index] = await AskAsync(keys[index].File.Address, token));
        return statuses;
    }

    private async Task<HotkeyStatus?> AskAsync(AccountId? hotkey, CancellationToken cancellationToken)
    {
        if (server is null || hotkey is not { } address || _failure is not null)
        {
            return null;
        }

        try
        {
            return await server.FindHotkeyAsync(address, cancellationToken);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure)
        {
            _failure = failure;
            return null;
        }
    }

    private void Show(Key key, HotkeyStatus? status)
    {
        var (file, address) = (key.File, key.File.Address?.ToString());
        report.Record(
            new KeyRecord(
                "key",
                key.Wallet,
                key.Hotkey,
                file.Path,
                EncryptionOf(file.Kind),
                address,
                (key.Coldkey?.ToString() ?? status?.Coldkey),
                file.Problem ?? key.ColdkeyProblem,
                status?.Registered,
                status?.Uid,
                status?.May_upload,
                status?.May_read,
                status?.Is_denied),
            ToolJson.Default.KeyRecord);
        var name = key.Wallet is { } wallet ? $"{wallet}/{key.Hotkey}" : file.Path;
        var facts = string.Join(", ", Describe(key, status));
        report.Line($"{Report.Safe(name)}  {address ?? "address not known"}{(facts.Length > 0 ? "  " + facts : "")}");
        foreach (var problem in new[] { file.Problem, key.ColdkeyProblem }.OfType<string>())
        {
            report.Warn(Report.Safe(problem));
        }
    }

    private static IEnumerable<string> Describe(Key key, HotkeyStatus? status)
    {
        if (key.File.Kind != KeyFileKind.Plain)
        {
            yield return key.File.Address is null ? $"encrypted, without {key.Hotkey}pub.txt" : "encrypted";
        }

        if (status is not null)
        {
            yield return status.Describe();
            if (key.Coldkey is { } coldkey && status.Coldkey is { } owner && owner != coldkey.ToString())
            {
                yield return $"but its coldkey is {owner}, not the wallet's";
            }
        }

        if (key.Wallet is not null && key.Coldkey is null && key.ColdkeyProblem is null)
        {
            yield return "no coldkeypub.txt";
        }
    }

    private static string EncryptionOf(KeyFileKind kind) => kind switch
    {
        KeyFileKind.Plain => "none",
        KeyFileKind.Nacl => "nacl",
        KeyFileKind.AnsibleVault => "ansible_vault",
        _ => "fernet",
    };

    private sealed record Key(string? Wallet, string Hotkey, KeyFileInfo File, AccountId? Coldkey, string? ColdkeyProblem);

    /// <summary>A hotkey in the output for programs.</summary>
    internal sealed record KeyRecord(
        string Type,
        string? Wallet,
        string Hotkey,
        string Path,
        string Encryption,
        string? Address,
        string? Coldkey,
        string? Problem,
        bool? Registered,
        int? Uid,
        bool? MayUpload,
        bool? MayRead,
        bool? IsDenied);
}
