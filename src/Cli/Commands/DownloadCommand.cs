namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth download</c>.</summary>
internal static class DownloadCommand
{
    internal static Command Create(CommonOptions common)
    {
        var miners = new MinerOptions();
        var filter = new FilterOptions();
        var to = new Option<string>("--to")
        {
            Description = "The local folder; each file is written under its key (default: .)",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        var parallel = ParallelOption.Create();
        var portable = new Option<bool>("--portable-names")
        {
            Description = "Use names that are also distinct on Windows and macOS, where a and A are the same",
        };
        var command = new ToolCommand("download", "Download your own files, or any miner's files as a validator; skip existing files")
        {
            Examples =
            [
                "s3auth download --wallet default --to back",
                "s3auth download --wallet validator --miner 100 --newer 24h --to data",
            ],
        };
        command.Add(to);
        command.Add(parallel);
        command.Add(portable);
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
