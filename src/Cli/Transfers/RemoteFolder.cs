namespace S3Auth.Cli.Transfers;

/// <summary>The folder of one miner, in which paths name files.</summary>
/// <param name="session">The session.</param>
/// <param name="structure">The deployment.</param>
/// <param name="owner">The miner.</param>
/// <param name="maxBytesPerSecond">The limit of all downloads together; null for none.</param>
internal sealed class RemoteFolder(Session session, Structure structure, FileOwner owner, long? maxBytesPerSecond)
{
    internal Session Session => session;

    internal KeyLayout Layout { get; } = new(structure);

    internal FileReader Reader { get; } = session.Client.CreateReader(maxBytesPerSecond);

    internal FileOwner Owner => owner;

    /// <summary>Whether the folder is the caller's own.</summary>
    internal bool IsOwn { get; init; }

    /// <summary>The source of the folder; null if the deployment has no sources.</summary>
    internal string? Source { get; init; }

    /// <summary>The job of paths that name none; null for the deployment's default.</summary>
    internal string? Job { get; init; }

    /// <summary>Returns a path in the folder of its job.</summary>
    internal RemotePath Resolve(RemotePath path) => path.InJobOf(structure, Job);

    /// <summary>Finds the file with a path. Costs a grant.</summary>
    /// <exception cref="UsageException">There is no such file, or it is a folder.</exception>
    internal async Task<RemoteFile> FindAsync(RemotePath path, CancellationToken cancellationToken)
    {
        if (path.IsFolder)
        {
            throw IsFolderFailure(Describe(path));
        }

        var wanted = Resolve(path).Path;
        var found = await Reader.FindFirstAsync(owner, Source, wanted, cancellationToken);

        // `s3auth ls` shows whole keys, so somebody may paste one.
        if (found is not null && (Layout.PathOf(found.Key) == wanted || found.Key == path.Path))
        {
            return found;
        }

        // A server may list something else than it was asked for.
        throw found is not null && Layout.PathOf(found.Key).StartsWith(wanted + "/", StringComparison.Ordinal)
            ? IsFolderFailure(Describe(path) + "/")
            : new UsageException(
                $"There is no file {Describe(path)}{(Source is { } source ? $" in the folder of source {source}" : "")}. "
                + "`s3auth ls` lists the files.");
    }

    private static UsageException IsFolderFailure(string path) =>
        new($"This command needs a file, and '{path}' is a folder. `s3auth ls {ShellQuote.ForCommand(path)}` lists its files.");

    private static string Describe(RemotePath path) => path.Path.Length == 0 ? ":" : path.Path;
}
