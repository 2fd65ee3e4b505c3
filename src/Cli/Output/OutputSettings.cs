namespace S3Auth.Cli.Output;

/// <summary>The settings of the output.</summary>
internal sealed record OutputSettings
{
    /// <summary>Whether stdout has only JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Whether only warnings and errors are printed.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether a failure and its advice are one line, and nothing else is printed on stderr.</summary>
    public bool IsOneLine { get; init; }

    /// <summary>Whether to draw progress even if stderr is not a terminal, or in CI.</summary>
    public bool IsProgressForced { get; init; }

    /// <summary>
    /// The time between two lines about progress; zero for none; null for ten seconds where progress is not drawn.
    /// </summary>
    public TimeSpan? StatsInterval { get; init; }

    /// <summary>The file that gets all messages; null for none.</summary>
    public string? LogFile { get; init; }
}
