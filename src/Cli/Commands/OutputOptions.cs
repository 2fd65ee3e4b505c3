namespace S3Auth.Cli.Commands;

/// <summary>The options about the output of every command.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per line on stdout", Recursive = true };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print only warnings and errors", Recursive = true };

    private readonly Option<bool> _progress = new("--progress", "-P")
    {
        Description = "Draw the progress of transfers even if stderr is not a terminal, in CI, or with --quiet",
        Recursive = true,
    };

    private readonly Option<string?> _stats = new("--stats")
    {
        Description = "Print a progress line at this interval, instead of drawing the progress: 10s, 1m; 0 for none",
        HelpName = "TIME",
        Recursive = true,
    };

    private readonly Option<string?> _logFile = new("--log-file")
    {
        Description = "Append all messages to this file, with times, even with --quiet",
        HelpName = "FILE",
        Recursive = true,
    };

    internal IEnumerable<Option> All => [_json, _quiet, _progress, _stats, _logFile];

    /// <summary>Reads how to print.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isTool">Whether another program started this one, and shows its errors.</param>
    /// <exception cref="UsageException">A value is out of range.</exception>
    internal OutputSettings Read(ParseResult parsed, bool isTool) => ReadWithoutLog(parsed, isTool) with
    {
        IsProgressForced = parsed.GetValue(_progress),
        StatsInterval = parsed.GetValue(_stats) is { } interval ? ReadInterval(interval) : null,
        LogFile = parsed.GetValue(_logFile),
    };

    /// <summary>Reads only the options that have no invalid value.</summary>
    internal OutputSettings ReadWithoutLog(ParseResult parsed, bool isTool) => new()
    {
        IsJson = parsed.GetValue(_json),
        IsQuiet = parsed.GetValue(_quiet) || isTool,
        IsOneLine = isTool,
    };

    private static TimeSpan ReadInterval(string text)
    {
        var interval = text == "0" ? TimeSpan.Zero : FilterOptions.ReadAge(text, "--stats", "10s");
        return interval == TimeSpan.Zero || interval >= TimeSpan.FromSeconds(0.1) && interval <= TimeSpan.FromDays(1)
            ? interval
            : throw new UsageException("--stats must be 0, or 0.1s to 1d.");
    }
}
