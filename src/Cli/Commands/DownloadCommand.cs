using System.CommandLine;
using S3Auth.Cli.Transfers;

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
        var command = new Command("download", "Download files: a miner's own, or as a validator any miner's; what is there already is skipped")
        {
            to, parallel,
        };
        miners.AddTo(command);
        filter.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = filter.Read(parsed);
            var run = new DownloadRun(session, Path.GetFullPath(parsed.GetValue(to)!), ParallelOption.Read(parsed, parallel));
            return await run.RunAsync(await miners.ReadAsync(parsed, session, cancellationToken), wanted, cancellationToken);
        });
        return command;
    }
}
