namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth ls</c>.</summary>
internal static class ListCommand
{
    internal static Command Create(CommonOptions common)
    {
        var miners = new MinerOptions();
        var filter = new FilterOptions();
        var command = new ToolCommand("ls", "List your own files, or any miner's files as a validator")
        {
            Examples = ["s3auth ls --wallet default --newer 24h", "s3auth ls --wallet validator --miner 100 --json"],
        };
        miners.AddTo(command);
        filter.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var wanted = filter.Read(parsed);
            var owners = await miners.ReadAsync(parsed, session, cancellationToken);
            var (files, bytes, failed, exitCode) = (0L, 0L, 0L, ExitCode.Done);
            var listing = new OwnerFiles(session.Client.CreateReader(), wanted, (owner, failure) =>
            {
                session.Report.Fail($"Listing of {owner}: {failure.Message}");
                (failed, exitCode) = (failed + 1, exitCode == ExitCode.Done ? failure.ExitCode : exitCode);
            });
            await foreach (var file in listing.ListAsync(owners, cancellationToken))
            {
                (files, bytes) = (files + 1, bytes + file.Size);
                session.Report.Record(
                    new ListedRecord("file", file.Key, file.Size, file.LastModified, file.ETag), ToolJson.Default.ListedRecord);
                session.Report.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {Amount.Bytes(file.Size),10}  {Report.Safe(file.Key)}"));
            }

            if (listing.AbortedBy is { } cause)
            {
                return session.Report.Fail(Failure.Of(cause));
            }

            session.Report.Record(
                new ListSummaryRecord("summary", files, bytes, failed == 0 ? null : failed), ToolJson.Default.ListSummaryRecord);
            session.Report.Note($"{Amount.Files(files)}, {Amount.Bytes(bytes)}{(failed == 0 ? "" : $"; {failed} listings failed")}");
            return failed > 0 && failed < owners.Count ? ExitCode.PartlyDone : exitCode;
        });
        return command;
    }

    internal sealed record ListedRecord(string Type, string Key, long Size, DateTimeOffset LastModified, string Etag);

    internal sealed record ListSummaryRecord(string Type, long Files, long Bytes, long? ListsFailed);
}
