namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth ls</c>.</summary>
internal static class ListCommand
{
    internal static Command Create(CommonOptions common)
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "A folder or a file in the miner's folder (default: everything)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var miners = new MinerOptions();
        var filter = new FilterOptions();
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
        command.Add(path);
        command.Add(isLong);
        command.Add(isHuman);
        command.Add(depth);
        command.Add(isRecursive);
        miners.AddTo(command);
        filter.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            var root = parsed.GetValue(path) is { } text ? RemotePath.ReadRemote(text) : null;
            var chosen = root?.Profile is { } profile ? session.ForProfile(profile) : session;
            var maxDepth = ReadDepth(parsed.GetValue(depth), parsed.GetValue(isRecursive));
            var wanted = await filter.ReadAsync(parsed, chosen, root, cancellationToken);
            return await new ListRun(chosen, new ListPlan
            {
                Filter = wanted,
                Owners = await miners.ReadAsync(parsed, chosen, cancellationToken),
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
