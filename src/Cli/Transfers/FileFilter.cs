namespace S3Auth.Cli.Transfers;

/// <summary>Selects files of an owner.</summary>
/// <param name="Source">Selects files of this source; null for all.</param>
/// <param name="Prefix">Selects keys that begin with this, with or without the miner's folder; null for all.</param>
/// <param name="After">Selects files that were uploaded at this time or later; null for all.</param>
/// <param name="Before">Selects files that were uploaded before this time; null for all.</param>
internal sealed record FileFilter(string? Source, string? Prefix, DateTimeOffset? After, DateTimeOffset? Before)
{
    /// <summary>How the deployment's keys are made; null if only whole keys are used.</summary>
    public KeyLayout? Layout { get; init; }

    /// <summary>The folder or the file that is listed; null for everything of the owner.</summary>
    public RemotePath? Root { get; init; }

    /// <summary>Selects files by their paths relative to <see cref="Root"/>.</summary>
    public PathFilter Paths { get; init; } = PathFilter.All;

    /// <summary>What the server selects keys by; null for all.</summary>
    internal string? ListedPrefix => Root is null ? Prefix : Root.Path.Length > 0 ? Root.Path : null;

    /// <summary>Reports a path at which there is no file.</summary>
    /// <exception cref="UsageException">The filter has a path.</exception>
    internal void RefuseMissing()
    {
        if (Root is { Path.Length: > 0 })
        {
            throw new UsageException($"There is no file or folder {Report.Safe(Root.Path)}. `s3auth ls` lists what is there.");
        }
    }

    /// <summary>Returns the path of a file relative to <see cref="Root"/>; null if the file is not there.</summary>
    internal string? RelativeOf(RemoteFile file)
    {
        var path = Layout?.PathOf(file.Key) ?? file.Key;
        return Root is null ? path : Root.RelativeOf(path);
    }

    /// <summary>
    /// Returns the local path of one owner's key: its path in the owner's folder, below the name of the source if there may be several.
    /// </summary>
    internal string LocalNameOf(string key) => Layout switch
    {
        null => key,
        { HasSeveralSources: true } when Source is null => Layout.SourceAndPathOf(key),
        _ => Layout.PathOf(key),
    };

    /// <summary>Whether a file is selected. The server selects by source and prefix.</summary>
    internal bool Matches(RemoteFile file) =>
        (After is not { } after || file.LastModified >= after) && (Before is not { } before || file.LastModified < before)
        && RelativeOf(file) is { } path && Paths.Matches(path);

    /// <summary>
    /// Whether no later file of the listing can be selected. A prefix without a slash also lists names that only begin like it, and each
    /// page of them costs a grant.
    /// </summary>
    internal bool IsPast(RemoteFile file) => Root is { IsFolder: false } root && Layout is not null
        && Layout.PathOf(file.Key) is var path && path.StartsWith(root.Path, StringComparison.Ordinal)
        && path.Length > root.Path.Length && path[root.Path.Length] > '/';
}
