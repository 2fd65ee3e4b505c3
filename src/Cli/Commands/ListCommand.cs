using System.CommandLine;
using System.Globalization;
using S3Auth.Cli.Output;

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
            var reader = session.Client.CreateReader();
            var (files, bytes) = (0L, 0L);
            foreach (var owner in await miners.ReadAsync(parsed, session, cancellationToken))
            {
                await foreach (var file in reader.ListAsync(owner, wanted.Source, wanted.Prefix, cancellationToken))
                {
                    if (wanted.Takes(file))
                    {
                        (files, bytes) = (files + 1, bytes + file.Size);
                        session.Report.Record(new ListedRecord("file", file.Key, file.Size, file.LastModified, file.ETag));
                        session.Report.Line(string.Create(
                            CultureInfo.InvariantCulture, $"{file.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {Amount.Bytes(file.Size),10}  {Report.Safe(file.Key)}"));
                    }
                }
            }

            session.Report.Record(new SummaryRecord("summary", files, bytes));
            session.Report.Note($"{Amount.Files(files)}, {Amount.Bytes(bytes)}");
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record ListedRecord(string Type, string Key, long Size, DateTimeOffset LastModified, string Etag);

    private sealed record SummaryRecord(string Type, long Files, long Bytes);
}
