namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth du</c>.</summary>
internal static class FolderSizeCommand
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
        var depth = new Option<int>("--max-depth")
        {
            Description = "Also print each folder down to this depth (default: 0)",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
        };
        var isExact = new Option<bool>("--bytes") { Description = "Print sizes in bytes" };
        var command = new ToolCommand("du", "Print how many files and bytes a folder has")
        {
            Examples = ["s3auth du --max-depth 1", "s3auth du --all --older 7d --json"],
        };
        command.Add(path);
        command.Add(depth);
        command.Add(isExact);
        miners.AddTo(command);
        filter.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            var root = parsed.GetValue(path) is { } text ? RemotePath.ReadRemote(text) : null;
            var chosen = root?.Profile is { } profile ? session.ForProfile(profile) : session;
            var maxDepth = parsed.GetValue(depth);
            if (maxDepth < 0)
            {
                throw new UsageException("--max-depth must be at least 0.");
            }

            return await new FolderSizeRun(chosen, new FolderSizePlan
            {
                Filter = await filter.ReadAsync(parsed, chosen, root, cancellationToken),
                Owners = await miners.ReadAsync(parsed, chosen, cancellationToken),
                MaxDepth = maxDepth,
                IsHuman = !parsed.GetValue(isExact),
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
