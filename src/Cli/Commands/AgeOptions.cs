namespace S3Auth.Cli.Commands;

/// <summary>The options that select files by age. rclone calls them <c>--max-age</c> and <c>--min-age</c>.</summary>
/// <param name="happened">What happened to a file at the time that counts: uploaded, modified.</param>
internal sealed class AgeOptions(string happened)
{
    private readonly Option<string?> _newer = new("--newer", "--max-age")
    {
        Description = $"Only files that were {happened} less than this time ago: 90m, 36h, 7d",
        HelpName = "TIME",
    };

    private readonly Option<string?> _older = new("--older", "--min-age")
    {
        Description = $"Only files that were {happened} more than this time ago: 90m, 36h, 7d",
        HelpName = "TIME",
    };

    internal void AddTo(Command command)
    {
        command.Add(_newer);
        command.Add(_older);
    }

    /// <exception cref="UsageException">A value is not an age.</exception>
    internal AgeRange Read(ParseResult parsed) => new(
        parsed.GetValue(_newer) is { } newer ? FilterOptions.ReadAge(newer, "--newer") : null,
        parsed.GetValue(_older) is { } older ? FilterOptions.ReadAge(older, "--older") : null);
}
