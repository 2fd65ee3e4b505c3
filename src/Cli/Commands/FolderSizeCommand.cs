namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth du</c>.</summary>
internal static class FolderSizeCommand
{
    internal static Command Create(CommonOptions common)
    {
        var listing = new ListingOptions();
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
        command.Add(depth);
        command.Add(isExact);
        listing.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            var maxDepth = parsed.GetValue(depth);
            if (maxDepth < 0)
            {
                throw new UsageException("--max-depth must be at least 0.");
            }

            var (chosen, filter, owners) = await listing.ReadAsync(parsed, session, cancellationToken);
            return await new FolderSizeRun(chosen, new FolderSizePlan
            {
                Filter = filter,
                Owners = owners,
                MaxDepth = maxDepth,
                IsHuman = !parsed.GetValue(isExact),
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
