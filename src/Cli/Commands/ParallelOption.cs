namespace S3Auth.Cli.Commands;

/// <summary><c>--parallel</c>.</summary>
internal static class ParallelOption
{
    private const int Most = 64;

    internal static Option<int> Create() => new("--parallel", "-p") { Description = "How many files at once", HelpName = "N", DefaultValueFactory = _ => 8 };

    internal static int Read(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is var count and >= 1 and <= Most
        ? count
        : throw new UsageException($"--parallel takes 1 to {Most}.");
}
