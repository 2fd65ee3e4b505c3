namespace S3Auth.Cli.Commands;

/// <summary><c>--parallel</c>.</summary>
internal static class ParallelOption
{
    private const int Max = 64;

    internal static Option<int> Create() => new("--parallel", "-p")
    {
        Description = "The number of files to transfer at once (default: 8)",
        HelpName = "N",
        DefaultValueFactory = _ => 8,
    };

    internal static int Read(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is var count and >= 1 and <= Max
        ? count
        : throw new UsageException($"--parallel must be 1 to {Max}.");
}
