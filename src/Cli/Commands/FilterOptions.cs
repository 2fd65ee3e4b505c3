namespace S3Auth.Cli.Commands;

/// <summary>The options that select files of a listing.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string?> _source = new("--source") { Description = "Only files of this source", HelpName = "NAME" };

    private readonly Option<string?> _prefix = new("--prefix")
    {
        Description = "Only files whose path in the miner's folder begins with this",
        HelpName = "PREFIX",
    };

    private readonly AgeOptions _ages = new("uploaded");
    private readonly PatternOptions _patterns = new();

    internal void AddTo(Command command)
    {
        command.Add(_source);
        command.Add(_prefix);
        _ages.AddTo(command);
        _patterns.AddTo(command);
    }

    /// <summary>Reads which files to select.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="session">The session whose server lists the files.</param>
    /// <param name="root">The folder or the file that is listed; null for everything of the miner.</param>
    /// <param name="cancellationToken">Cancels the request for the deployment.</param>
    /// <exception cref="UsageException">A value is not valid.</exception>
    internal async Task<FileFilter> ReadAsync(
        ParseResult parsed, Session session, RemotePath? root, CancellationToken cancellationToken)
    {
        var prefix = parsed.GetValue(_prefix);
        if (root is not null && prefix is not null)
        {
            throw new UsageException("Use a PATH or --prefix, not both.");
        }

        var (ages, now) = (_ages.Read(parsed), TimeProvider.System.GetUtcNow());
        var patterns = _patterns.Read(parsed);
        var structure = await session.GetStructureAsync(cancellationToken);
        var source = parsed.GetValue(_source);
        structure.RefuseUnknown(source);
        return new FileFilter(
            root is null ? source : source ?? session.Source ?? structure.DefaultSource, prefix, ages.After(now), ages.Before(now))
        {
            Layout = new KeyLayout(structure),
            Paths = patterns,
            Root = root?.InJobOf(structure, session.Job),
        };
    }

    internal static TimeSpan ReadAge(string text, string option, string example = "36h")
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        var factor = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 7 * 86400, _ => 0 };
        return factor > 0
            && double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * factor <= 1e10
            ? TimeSpan.FromSeconds(count * factor)
            : throw new UsageException($"{option} must be a number and s, m, h, d or w, such as {example}.");
    }
}
