namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth ls</c>.</summary>
internal static class ListCommand
{
    internal static Command Create(CommonOptions common)
    {
        var listing = new ListingOptions();
        var isLong = new Option<bool>("--long", "-l") { Description = "Also print the ETag, and the size in bytes" };
        var isHuman = new Option<bool>("--human") { Description = "With --long, print the size with its unit" };
        var depth = new Option<int?>("--max-depth")
        {
            Description = "Print folders instead of the files below this depth: 1 for one level",
            HelpName = "N",
        };
        var isRecursive = new Option<bool>("--recursive", "-R")
        {
            Description = "Also print the files of subfolders, which is the default",
        };
        var command = new ToolCommand("ls", "List your own files, or any miner's files as a validator")
        {
            Examples = ["s3auth ls --max-depth 1", "s3auth ls :2026/ --miner 100 --include '*.parquet' --newer 24h --json"],
        };
        command.Add(isLong);
        command.Add(isHuman);
        command.Add(depth);
        command.Add(isRecursive);
        listing.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            var maxDepth = ReadDepth(parsed.GetValue(depth), parsed.GetValue(isRecursive));
            var (chosen, filter, owners) = await listing.ReadAsync(parsed, session, cancellationToken);
            return await new ListRun(chosen, new ListPlan
            {
                Filter = filter,
                Owners = owners,
                MaxDepth = maxDepth,
                IsLong = parsed.GetValue(isLong),
                IsHuman = parsed.GetValue(isHuman) || !parsed.GetValue(isLong),
            }).RunAsync(cancellationToken);
        });
        return command;
    }

    private static int ReadDepth(int? depth, bool isRecursive) => (depth, isRecursive) switch
    {
        (null, _) => int.MaxValue,
        (not null, true) => throw new UsageException("Use --max-depth or --recursive, not both."),
        (>= 1, _) => depth.Value,
        _ => throw new UsageException("--max-depth must be at least 1."),
    };
}
