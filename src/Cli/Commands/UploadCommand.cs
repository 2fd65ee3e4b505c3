namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth upload</c>.</summary>
internal static class UploadCommand
{
    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Files, folders, or globs in quotes: * and ? within a folder, ** for any folders",
            Arity = ArgumentArity.OneOrMore,
        };
        var options = new UploadOptions("upload");
        var watch = new Option<bool>("--watch") { Description = "Keep running, and upload files that appear or change" };
        var period = new Option<double>("--watch-period")
        {
            Description = "Seconds between two scans; a file is complete if it did not change between them (default: 5)",
            HelpName = "S",
            DefaultValueFactory = _ => 5,
        };
        var command = new ToolCommand("upload", "Upload files into your own folder; skip files that are already there")
        {
            Examples =
            [
                "s3auth upload data/",
                "s3auth upload 'data/**/*.parquet' --to 2026 --watch",
            ],
        };
        command.Add(paths);
        command.Add(watch);
        command.Add(period);
        options.AddTo(command);
        common.RunAsMiner(command, (parsed, session, cancellationToken) =>
        {
            var seconds = parsed.GetValue(period);
            if (seconds is not (>= 0.1 and <= 86400))
            {
                throw new UsageException("--watch-period must be 0.1 to 86400 seconds.");
            }

            return new UploadRun(session, new UploadPlan
            {
                Paths = parsed.GetValue(paths)!,
                Settings = options.Read(parsed, session),
                WatchPeriod = parsed.GetValue(watch) ? TimeSpan.FromSeconds(seconds) : null,
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
