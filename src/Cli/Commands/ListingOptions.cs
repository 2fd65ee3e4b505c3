namespace S3Auth.Cli.Commands;

/// <summary>The path and the options of commands that list files: which files of which miners.</summary>
internal sealed class ListingOptions
{
    private readonly Argument<string?> _path = new("PATH")
    {
        Description = "A folder or a file in the miner's folder (default: everything)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly MinerOptions _miners = new();

    private readonly FilterOptions _filter = new();

    internal void AddTo(Command command)
    {
        command.Add(_path);
        _miners.AddTo(command);
        _filter.AddTo(command);
    }

    /// <summary>Reads what to list. The session is that of the profile that the path names.</summary>
    /// <exception cref="UsageException">A value is not valid, or there is no such profile or miner.</exception>
    internal async Task<(Session Session, FileFilter Filter, IReadOnlyList<FileOwner> Owners)> ReadAsync(
        ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var root = parsed.GetValue(_path) is { } text ? RemotePath.ReadRemote(text) : null;
        var chosen = root?.Profile is { } profile ? session.ForProfile(profile) : session;
        var filter = await _filter.ReadAsync(parsed, chosen, root, cancellationToken);
        return (chosen, filter, await _miners.ReadAsync(parsed, chosen, cancellationToken));
    }
}
