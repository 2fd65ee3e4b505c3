namespace S3Auth.Cli.Commands;

/// <summary>The options that select the owners of files: the caller, or for a validator some miners or all of them.</summary>
internal sealed class MinerOptions
{
    private readonly Option<string[]> _miners = new("--miner", "-m")
    {
        Description = "As a validator: the files of this miner, by uid or by the address that `s3auth miners` shows; may be repeated",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _all = new("--all") { Description = "As a validator: the files of every miner" };

    internal void AddTo(Command command)
    {
        command.Add(_miners);
        command.Add(_all);
    }

    /// <summary>Whether the options name one owner, so that the paths of its files are distinct.</summary>
    internal bool IsOne(ParseResult parsed) => !parsed.GetValue(_all) && parsed.GetValue(_miners)!.Length <= 1;

    /// <summary>Returns the owners; the caller if no miner is given.</summary>
    internal Task<IReadOnlyList<FileOwner>> ReadAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) =>
        ResolveAsync(parsed.GetValue(_miners)!, parsed.GetValue(_all), session, cancellationToken);

    /// <summary>Returns the owners; the caller if no miner is given.</summary>
    /// <param name="named">The uids or addresses.</param>
    /// <param name="all">Whether every miner is an owner.</param>
    /// <param name="session">The session whose server knows the miners.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    internal static async Task<IReadOnlyList<FileOwner>> ResolveAsync(
        string[] named, bool all, Session session, CancellationToken cancellationToken)
    {
        if (all && named.Length > 0)
        {
            throw new UsageException("Use --miner or --all, not both.");
        }

        if (!all && named.Length == 0)
        {
            var coldkey = await session.GetColdkeyAsync(cancellationToken);
            if (session.IsReaderWithoutColdkey)
            {
                session.Report.Note("These are the hotkey's own files. As a validator, choose miners with --miner or --all.");
            }

            return [FileOwner.Own(coldkey)];
        }

        var structure = await session.GetStructureAsync(cancellationToken);
        IReadOnlyList<MinerFolders> known = all || named.Any(IsUid)
            ? await session.Client.CreateReader().ListMinersAsync(cancellationToken)
            : [];
        var addresses = all
            ? known.Select(miner => miner.Id).Where(id => IsAddress(id, session))
            : named.Select(one => IsUid(one) ? AddressOf(one, known) : one);
        return [.. addresses.Distinct(StringComparer.Ordinal).Select(
            address => structure.MinerOf(WalletReader.ReadAddress(address, "--miner")))];
    }

    // A folder with an invalid name must not stop the run.
    private static bool IsAddress(string id, Session session)
    {
        var isAddress = Ss58.TryDecode(id, out _, out _);
        if (!isAddress)
        {
            session.Report.Warn($"Skipped miner {Report.Safe(id)}, because this name is not an address.");
        }

        return isAddress;
    }

    private static bool IsUid(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string AddressOf(string uid, IReadOnlyList<MinerFolders> known) =>
        known.FirstOrDefault(miner => miner.Uid?.ToString(CultureInfo.InvariantCulture) == uid)?.Id
        ?? throw new UsageException($"No miner with files has uid {uid}. `s3auth miners` lists the miners that have files.");
}
