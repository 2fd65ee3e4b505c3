namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth cat</c>.</summary>
internal static class CatCommand
{
    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files in the miner's folder", Arity = ArgumentArity.OneOrMore };
        var remote = new RemoteOptions();
        var rate = RateOption.Create();
        var command = new ToolCommand("cat", "Write files to stdout")
        {
            Examples = ["s3auth cat logs/today.jsonl | tail", "s3auth cat :part-0001.csv.gz --miner 100 | zcat | head"],
        };
        command.Add(paths);
        command.Add(rate);
        remote.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            if (session.Report.IsJson)
            {
                throw new UsageException("cat writes the files to stdout, so it has no --json.");
            }

            var limit = RateOption.Read(parsed, rate);
            foreach (var path in parsed.GetValue(paths)!.Select(RemotePath.ReadRemote).ToList())
            {
                var folder = await remote.OpenAsync(parsed, session, path, limit, cancellationToken);
                await FileOutput.WriteAsync(session.Report, folder, path, cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
