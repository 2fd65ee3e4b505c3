namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth ls</c>.</summary>
internal static class ListCommand
{
    internal static Command Create(CommonOptions common)
    {
        var miners = new MinerOptions();
        var filter = new FilterOptions();
        var command = new Command("ls", "List files: a miner's own, or as a validator a miner's");
        miners.AddTo(command);
        filter.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = filter.Read(parsed);
            var owners = await miners.ReadAsync(parsed, session, cancellationToken);
            var (files, bytes, failed, outcome) = (0L, 0L, 0L, ExitCode.Done);
            var lists = new OwnerFiles(session.Client.CreateReader(), wanted, (owner, exception) =>
            {
                session.Report.Fail($"List of {owner}: {Failures.Describe(exception)}");
                (failed, outcome) = (failed + 1, outcome == ExitCode.Done ? Failures.CodeOf(exception) : outcome);
            });
            await foreach (var file in lists.ListAsync(owners, cancellationToken))
            {
                (files, bytes) = (files + 1, bytes + file.Size);
                session.Report.Record(new ListedRecord("file", file.Key, file.Size, file.LastModified, file.ETag));
                session.Report.Line(string.Create(
                    CultureInfo.InvariantCulture, $"{file.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {Amount.Bytes(file.Size),10}  {Report.Safe(file.Key)}"));
            }

            if (lists.Fatal is { } fatal)
            {
                return Failures.Tell(session.Report, fatal);
            }

            session.Report.Record(new SummaryRecord("summary", files, bytes, failed == 0 ? null : failed));
            session.Report.Note($"{Amount.Files(files)}, {Amount.Bytes(bytes)}{(failed == 0 ? "" : $"; {failed} lists failed")}");
            return failed > 0 && failed < owners.Count ? ExitCode.PartlyDone : outcome;
        });
        return command;
    }

    private sealed record ListedRecord(string Type, string Key, long Size, DateTimeOffset LastModified, string Etag);

    private sealed record SummaryRecord(string Type, long Files, long Bytes, long? ListsFailed);
}
