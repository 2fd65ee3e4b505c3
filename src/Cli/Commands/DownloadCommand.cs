namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth download</c>.</summary>
internal static class DownloadCommand
{
    internal static Command Create(CommonOptions common)
    {
        var miners = new MinerOptions();
        var filter = new FilterOptions();
        var to = new Option<string>("--to") { Description = "The folder they go to, each under its key", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var parallel = ParallelOption.Create();
        var portable = new Option<bool>("--portable-names") { Description = "Use names that are also distinct on Windows and macOS, where a and A are the same" };
        var command = new Command("download", "Download files: a miner's own, or as a validator any miner's; what is there already is skipped")
        {
            to, parallel, portable,
        };
        miners.AddTo(command);
        filter.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = filter.Read(parsed);
            return await new DownloadRun(session, new DownloadPlan
            {
                Folder = Path.GetFullPath(parsed.GetValue(to)!),
                Parallel = ParallelOption.Read(parsed, parallel),
                HasPortableNames = parsed.GetValue(portable),
                Owners = await miners.ReadAsync(parsed, session, cancellationToken),
                Filter = wanted,
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
