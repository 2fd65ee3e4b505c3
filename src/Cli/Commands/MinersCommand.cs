namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth miners</c>.</summary>
internal static class MinersCommand
{
    internal static Command Create(CommonOptions common)
    {
        var source = new Option<string?>("--source") { Description = "Only miners that have a folder of this source", HelpName = "NAME" };
        var command = new ToolCommand("miners", "List the miners that have files, as a validator")
        {
            Examples = ["s3auth miners", "s3auth miners --wallet validator --source x --json"],
        };
        command.Add(source);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = parsed.GetValue(source);
            (await session.GetStructureAsync(cancellationToken)).RefuseUnknown(wanted);
            var count = 0;
            foreach (var miner in await session.Client.CreateReader().ListMinersAsync(cancellationToken))
            {
                var sources = miner.Folders.Select(folder => folder.Source).OfType<string>().ToList();
                if (wanted is not null && !sources.Contains(wanted))
                {
                    continue;
                }

                count++;
                session.Report.Record(
                    new MinerRecord("miner", miner.Id, miner.Uid, [.. miner.Folders.Select(folder => folder.Prefix)]),
                    ToolJson.Default.MinerRecord);
                var uid = miner.Uid?.ToString(CultureInfo.InvariantCulture) ?? "-";
                session.Report.Line($"{uid,5}  {Report.Safe(miner.Id)}  {Report.Safe(string.Join(", ", sources))}".TrimEnd());
            }

            session.Report.Note(count == 1 ? "1 miner" : string.Create(CultureInfo.InvariantCulture, $"{count} miners"));
            return ExitCode.Done;
        });
        return command;
    }

    internal sealed record MinerRecord(string Type, string Id, int? Uid, IReadOnlyList<string> Prefixes);
}
