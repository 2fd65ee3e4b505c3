namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth cp</c>.</summary>
internal static class CopyCommand
{
    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "The sources, then the destination. :PATH is in the store, - is stdin or stdout, a / at the end means a folder",
            Arity = new ArgumentArity(2, 100_000),
        };
        var isRecursive = new Option<bool>("--recursive", "-r") { Description = "Copy the files of a folder" };
        var remote = new RemoteOptions();
        var patterns = new PatternOptions();
        var ages = new AgeOptions("uploaded, or modified on this machine,");
        var rate = RateOption.Create();
        var parallel = ParallelOption.Create();
        var command = new ToolCommand("cp", "Copy files to or from the store: one file, several, or with -r a folder")
        {
            Examples = ["s3auth cp part-0001.parquet :2026/", "tar c data | s3auth cp - :backup.tar"],
        };
        command.Add(paths);
        command.Add(isRecursive);
        command.Add(parallel);
        command.Add(rate);
        remote.AddTo(command);
        patterns.AddTo(command);
        ages.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            var plan = CopyPlan.Of(parsed.GetValue(paths)!, parsed.GetValue(isRecursive)) with
            {
                Patterns = patterns.Read(parsed),
                Ages = ages.Read(parsed),
                Parallel = ParallelOption.Read(parsed, parallel),
                MaxBytesPerSecond = RateOption.Read(parsed, rate),
            };
            var folder = await remote.OpenAsync(parsed, session, plan.Remote, plan.MaxBytesPerSecond, cancellationToken);
            return await new CopyRun(folder, plan).RunAsync(cancellationToken);
        });
        return command;
    }
}
