namespace S3Auth.Cli.Transfers;

/// <summary>
/// Selects files by their relative paths. The first rule that matches decides: those of <c>--exclude</c> come first, then those of
/// <c>--filter-from</c>, then those of <c>--include</c>. A file that no rule matches is selected, unless there is an <c>--include</c>.
/// </summary>
internal sealed class PathFilter
{
    private readonly List<FilterRule> _rules;
    private readonly bool _selectsOthers;

    /// <exception cref="UsageException">A pattern is not valid.</exception>
    internal PathFilter(IReadOnlyCollection<string> include, IReadOnlyCollection<string> exclude, IEnumerable<FilterRule>? rules = null)
    {
        _rules =
        [
            .. exclude.Select(pattern => new FilterRule(Includes: false, new FilterPattern(pattern))),
            .. rules ?? [],
            .. include.Select(pattern => new FilterRule(Includes: true, new FilterPattern(pattern))),
        ];
        _selectsOthers = include.Count == 0;
    }

    /// <summary>Selects every file.</summary>
    internal static PathFilter All { get; } = new([], []);

    /// <summary>Whether every file is selected.</summary>
    internal bool IsAll => _rules.Count == 0;

    internal bool Matches(string path) => _rules.Find(rule => rule.Pattern.Matches(path))?.Includes ?? _selectsOthers;
}
