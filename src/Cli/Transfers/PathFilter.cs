namespace S3Auth.Cli.Transfers;

/// <summary>Selects files by their relative paths, as <c>--include</c> and <c>--exclude</c> say.</summary>
/// <param name="include">Globs of which one must match; none for every file.</param>
/// <param name="exclude">Globs of which none may match.</param>
internal sealed class PathFilter(IReadOnlyCollection<string> include, IReadOnlyCollection<string> exclude)
{
    private readonly List<Glob> _include = [.. include.DefaultIfEmpty("**").Select(pattern => new Glob(pattern))];
    private readonly List<Glob> _exclude = [.. exclude.Select(pattern => new Glob(pattern))];

    /// <summary>Selects every file.</summary>
    internal static PathFilter All { get; } = new([], []);

    internal bool Matches(string path) =>
        _include.Exists(pattern => pattern.Matches(path)) && !_exclude.Exists(pattern => pattern.Matches(path));
}
