namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth upload</c>.</summary>
internal static class UploadCommand
{
    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders, or globs in quotes", Arity = ArgumentArity.OneOrMore };
        var options = new UploadOptions("upload", "uploaded");
        var watch = new Option<bool>("--watch") { Description = "Go on, and upload what appears or changes" };
        var period = new Option<double>("--watch-period") { Description = "Seconds between two looks; a file that rested so long is whole", HelpName = "S", DefaultValueFactory = _ => 5 };
        var command = new Command("upload", "Upload files into the miner's own folder; what is there already is skipped")
        {
            paths, watch, period,
        };
        options.AddTo(command);
        common.Run(command, (parsed, session, cancellationToken) =>
        {
            var seconds = parsed.GetValue(period);
            if (seconds is not (>= 0.1 and <= 86400))
            {
                throw new UsageException("--watch-period takes 0.1 to 86400 seconds.");
            }

            return new UploadRun(session, new UploadPlan
            {
                Paths = parsed.GetValue(paths)!,
                Settings = options.Read(parsed),
                Watch = parsed.GetValue(watch) ? TimeSpan.FromSeconds(seconds) : null,
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
