namespace S3Auth.Cli.Transfers;

/// <summary>
/// A path in a miner's folder, in rclone's notation: <c>:PATH</c> in the current profile, <c>NAME:PATH</c> in another profile. A name has
/// at least two characters, because <c>c:PATH</c> is a path on Windows.
/// </summary>
/// <param name="Profile">The name of the profile; null for the current one.</param>
/// <param name="Path">The path, without a slash at its start; empty for the folder itself. A slash at its end means a folder.</param>
internal sealed record RemotePath(string? Profile, string Path)
{
    private const string JobPrefix = "job_id=";

    /// <summary>Whether the path can only be a folder.</summary>
    internal bool IsFolder => Path.Length == 0 || Path.EndsWith('/');

    /// <summary>The path without the slash at its end.</summary>
    internal string Name => Path.TrimEnd('/');

    /// <summary>Reads an argument that is a remote or a local path; returns null for a local path.</summary>
    internal static RemotePath? Read(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon switch
        {
            0 => new RemotePath(Profile: null, Normalize(text[1..])),
            > 1 when Profiles.Profile.IsName(text[..colon]) => new RemotePath(text[..colon], Normalize(text[(colon + 1)..])),
            _ => null,
        };
    }

    /// <summary>Reads an argument that is always a remote path, so that the colon may be left out.</summary>
    internal static RemotePath ReadRemote(string text) => Read(text) ?? new RemotePath(Profile: null, Normalize(text));

    /// <summary>Returns the path of a file relative to this one; null if the file is neither this path nor below it.</summary>
    /// <param name="path">The path of the file in the miner's folder.</param>
    internal string? RelativeOf(string path)
    {
        if (Name.Length == 0)
        {
            return path;
        }

        if (path.StartsWith(Name, StringComparison.Ordinal) && path.Length > Name.Length && path[Name.Length] == '/')
        {
            return path[(Name.Length + 1)..];
        }

        return !IsFolder && path == Name ? path[(path.LastIndexOf('/') + 1)..] : null;
    }

    /// <summary>
    /// Returns the path in the folder of a job, where the deployment's files belong to jobs and the path names none. The root is the whole
    /// folder of the miner.
    /// </summary>
    /// <param name="structure">The deployment.</param>
    /// <param name="job">The job; null for the deployment's default.</param>
    internal RemotePath InJobOf(Structure structure, string? job) =>
        Path.Length > 0 && !Path.StartsWith(JobPrefix, StringComparison.Ordinal) && (job ?? structure.DefaultJob()) is { } chosen
            ? this with { Path = $"{JobPrefix}{chosen}/{Path}" }
            : this;

    /// <summary>Returns the job that the path names, and the path in its folder.</summary>
    internal (string? Job, string Path) SplitJob()
    {
        var slash = Path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Path.StartsWith(JobPrefix, StringComparison.Ordinal)
            ? (Path[JobPrefix.Length..slash], Path[(slash + 1)..])
            : (null, Path);
    }

    // The root of the folder can be written as nothing, a dot or a slash.
    private static string Normalize(string path) => path is "." or "./" ? "" : path.TrimStart('/');
}
