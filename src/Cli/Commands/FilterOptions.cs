namespace S3Auth.Cli.Commands;

/// <summary>The options that select files.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string?> _source = new("--source") { Description = "Only files of this source", HelpName = "NAME" };

    private readonly Option<string?> _prefix = new("--prefix")
    {
        Description = "Only files whose path in the miner's folder begins with this",
        HelpName = "PATH",
    };

    private readonly Option<string?> _newer = new("--newer")
    {
        Description = "Only files that were uploaded less than this time ago: 90m, 36h, 7d",
        HelpName = "TIME",
    };

    private readonly Option<string?> _older = new("--older")
    {
        Description = "Only files that were uploaded more than this time ago: 90m, 36h, 7d",
        HelpName = "TIME",
    };

    internal void AddTo(Command command)
    {
        command.Add(_source);
        command.Add(_prefix);
        command.Add(_newer);
        command.Add(_older);
    }

    internal FileFilter Read(ParseResult parsed)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new FileFilter(
            parsed.GetValue(_source),
            parsed.GetValue(_prefix),
            parsed.GetValue(_newer) is { } newer ? now - ReadAge(newer, "--newer") : null,
            parsed.GetValue(_older) is { } older ? now - ReadAge(older, "--older") : null);
    }

    internal static TimeSpan ReadAge(string text, string option, string example = "36h")
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        var factor = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return factor > 0
            && double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * factor <= 1e10
            ? TimeSpan.FromSeconds(count * factor)
            : throw new UsageException($"{option} must be a number and s, m, h or d, such as {example}.");
    }
}
