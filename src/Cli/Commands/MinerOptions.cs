namespace S3Auth.Cli.Commands;

/// <summary>The options that say whose files are meant: one's own, or as a validator some miners' or all of them.</summary>
internal sealed class MinerOptions
{
    private readonly Option<string[]> _miners = new("--miner", "-m")
    {
        Description = "As a validator: this miner's, by the address that 'miners' shows or by uid; may be repeated",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _all = new("--all") { Description = "As a validator: every miner's" };

    internal void AddTo(Command command)
    {
        command.Add(_miners);
        command.Add(_all);
    }

    /// <summary>Whose files; one's own where no miner is named.</summary>
    internal async Task<IReadOnlyList<FileOwner>> ReadAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (named, all) = (parsed.GetValue(_miners)!, parsed.GetValue(_all));
        if (all && named.Length > 0)
        {
            throw new UsageException("Give --miner or --all, not both.");
        }

        if (!all && named.Length == 0)
        {
            return [FileOwner.Own(session.Wallet.Coldkey)];
        }

        var structure = await session.Client.Api.GetStructureAsync(cancellationToken);
        IReadOnlyList<MinerFolders> known = all || named.Any(IsUid)
            ? await session.Client.CreateReader().ListMinersAsync(cancellationToken)
            : [];
        var addresses = all ? known.Select(miner => miner.Id).Where(id => IsAddress(id, session)) : named.Select(one => IsUid(one) ? AddressOf(one, known) : one);
        return [.. addresses.Distinct(StringComparer.Ordinal).Select(address => OwnerOf(address, structure))];
    }

    /// <summary>A miner by the account that names its folder.</summary>
    internal static FileOwner OwnerOf(string address, Structure structure)
    {
        var account = WalletReader.ReadAddress(address, "--miner");
        return structure.Folder_layout == "hotkey" ? FileOwner.MinerOfHotkey(account) : FileOwner.MinerOfColdkey(account);
    }

    // One folder with an invalid name must not stop the others.
    private static bool IsAddress(string id, Session session)
    {
        var isAddress = Ss58.TryDecode(id, out _, out _);
        if (!isAddress)
        {
            session.Report.Warn($"Skipped miner {Report.Safe(id)}: the server's name for it is not an address.");
        }

        return isAddress;
    }

    private static bool IsUid(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string AddressOf(string uid, IReadOnlyList<MinerFolders> known) =>
        known.FirstOrDefault(miner => miner.Uid?.ToString(CultureInfo.InvariantCulture) == uid)?.Id
        ?? throw new UsageException($"No miner with files has the uid {uid}: 's3auth miners' shows all of them.");
}
