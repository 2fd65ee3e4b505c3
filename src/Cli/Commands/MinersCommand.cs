namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth miners</c>.</summary>
internal static class MinersCommand
{
    internal static Command Create(CommonOptions common)
    {
        var source = new Option<string?>("--source") { Description = "Only those with a folder of this source", HelpName = "NAME" };
        var command = new Command("miners", "List the miners that have files, as a validator") { source };
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = parsed.GetValue(source);
            var count = 0;
            foreach (var miner in await session.Client.CreateReader().ListMinersAsync(cancellationToken))
            {
                var sources = miner.Folders.Select(folder => folder.Source).OfType<string>().ToList();
                if (wanted is not null && !sources.Contains(wanted))
                {
                    continue;
                }

                count++;
                session.Report.Record(new MinerRecord("miner", miner.Id, miner.Uid, [.. miner.Folders.Select(folder => folder.Prefix)]));
                session.Report.Line(string.Create(
                    CultureInfo.InvariantCulture, $"{miner.Uid?.ToString(CultureInfo.InvariantCulture) ?? "-",5}  {Report.Safe(miner.Id)}  {Report.Safe(string.Join(", ", sources))}").TrimEnd());
            }

            session.Report.Note(count == 1 ? "1 miner" : string.Create(CultureInfo.InvariantCulture, $"{count} miners"));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record MinerRecord(string Type, string Id, int? Uid, IReadOnlyList<string> Prefixes);
}
