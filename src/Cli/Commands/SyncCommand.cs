namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth sync</c>.</summary>
internal static class SyncCommand
{
    internal static Command Create(CommonOptions common)
    {
        var folder = new Argument<string>("DIR") { Description = "The local folder" };
        var options = new UploadOptions("upload");
        var checksum = new Option<bool>("--checksum") { Description = "Compare sizes and checksums, instead of sizes and times" };
        var sizeOnly = new Option<bool>("--size-only") { Description = "Compare only sizes" };
        var command = new ToolCommand(
            "sync",
            "Upload the new and changed files of a local folder, and list the files that are only in the store. Deletes nothing.")
        {
            Examples =
            [
                "s3auth sync data/ --dry-run",
                "s3auth sync data/ --checksum --bwlimit 10M",
            ],
        };
        command.Add(folder);
        command.Add(checksum);
        command.Add(sizeOnly);
        options.AddWithoutForceTo(command);
        common.RunAsMiner(command, (parsed, session, cancellationToken) =>
        {
            var path = parsed.GetValue(folder)!;
            if (!Directory.Exists(path))
            {
                throw new UsageException($"There is no folder {path}.");
            }

            return new UploadRun(session, new UploadPlan
            {
                Paths = [path],
                Settings = options.Read(parsed, session),
                Comparison = (parsed.GetValue(checksum), parsed.GetValue(sizeOnly)) switch
                {
                    (true, true) => throw new UsageException("Use --checksum or --size-only, not both."),
                    (true, _) => FileComparison.Checksum,
                    (_, true) => FileComparison.Size,
                    _ => FileComparison.Time,
                },
                ReportsOthers = true,
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
