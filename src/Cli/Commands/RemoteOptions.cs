namespace S3Auth.Cli.Commands;

/// <summary>The options of commands that take paths in one miner's folder.</summary>
internal sealed class RemoteOptions
{
    private readonly Option<string?> _source = new("--source")
    {
        Description = "The source whose folder the paths are in (default: the profile's, or the deployment's first source)",
        HelpName = "NAME",
    };

    private readonly Option<string?> _job = new("--job")
    {
        Description = "The job whose folder the paths are in (default: the profile's, or the deployment's)",
        HelpName = "ID",
    };

    private readonly Option<string?> _miner = new("--miner", "-m")
    {
        Description = "As a validator: the paths are in the folder of this miner, by uid or by the address that `s3auth miners` shows",
        HelpName = "ID",
    };

    internal void AddTo(Command command)
    {
        command.Add(_source);
        command.Add(_job);
        command.Add(_miner);
    }

    /// <summary>Opens the folder that a path is in.</summary>
    /// <exception cref="UsageException">The source or the miner does not exist.</exception>
    internal async Task<RemoteFolder> OpenAsync(
        ParseResult parsed, Session session, RemotePath path, long? maxBytesPerSecond, CancellationToken cancellationToken)
    {
        var chosen = path.Profile is { } profile ? session.ForProfile(profile) : session;
        var structure = await chosen.GetStructureAsync(cancellationToken);
        var source = parsed.GetValue(_source);
        structure.RefuseUnknown(source);
        var miner = parsed.GetValue(_miner);
        var owners = await MinerOptions.ResolveAsync(miner is null ? [] : [miner], all: false, chosen, cancellationToken);
        return new RemoteFolder(chosen, structure, owners[0], maxBytesPerSecond)
        {
            IsOwn = miner is null,
            Source = source ?? chosen.Source ?? structure.DefaultSource,
            Job = parsed.GetValue(_job) ?? chosen.Job,
        };
    }
}
