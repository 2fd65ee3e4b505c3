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
            Description = "The local folder (default: .)",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        var parallel = ParallelOption.Create();
        var portable = new Option<bool>("--portable-names")
        {
            Description = "Use names that are also distinct on Windows and macOS, where a and A are the same",
        };
        var fullKeys = new Option<bool>("--full-keys")
        {
            Description = "Write each file under its whole key, even if all files belong to one miner",
        };
        var rate = RateOption.Create();
        var command = new ToolCommand("download", "Download your own files, or any miner's files as a validator; skip existing files")
        {
            Examples =
            [
                "s3auth download --to back",
                "s3auth download --miner 100 --newer 24h --include '*.parquet' --to data",
            ],
        };
        command.Add(to);
        command.Add(parallel);
        command.Add(portable);
        command.Add(fullKeys);
        command.Add(rate);
        miners.AddTo(command);
        filter.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var (count, limit) = (ParallelOption.Read(parsed, parallel), RateOption.Read(parsed, rate));
            var wanted = await filter.ReadAsync(parsed, session, root: null, cancellationToken);
            var owners = await miners.ReadAsync(parsed, session, cancellationToken);
            return await new DownloadRun(session, new DownloadPlan
            {
                Folder = Path.GetFullPath(parsed.GetValue(to)!),
                NameOf = parsed.GetValue(fullKeys) || !miners.IsOne(parsed) ? key => key : wanted.LocalNameOf,
                Parallel = count,
                HasPortableNames = parsed.GetValue(portable),
                MaxBytesPerSecond = limit,
                Owners = owners,
                Filter = wanted,
            }).RunAsync(cancellationToken);
        });
        return command;
    }
}
