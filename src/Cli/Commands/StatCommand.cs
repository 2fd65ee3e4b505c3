namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth stat</c>.</summary>
internal static class StatCommand
{
    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files in the miner's folder", Arity = ArgumentArity.OneOrMore };
        var remote = new RemoteOptions();
        var command = new ToolCommand("stat", "Print size, time, ETag and MD5 of files")
        {
            Examples = ["s3auth stat part-0001.parquet", "s3auth stat :2026/part-0001.parquet --miner 100 --json"],
        };
        command.Add(paths);
        remote.AddTo(command);
        common.RunWithoutWallet(command, async (parsed, session, cancellationToken) =>
        {
            foreach (var path in parsed.GetValue(paths)!.Select(RemotePath.ReadRemote).ToList())
            {
                var folder = await remote.OpenAsync(parsed, session, path, maxBytesPerSecond: null, cancellationToken);
                var file = await folder.FindAsync(path, cancellationToken);
                var mark = await folder.Reader.InspectAsync(file, cancellationToken);
                Print(session.Report, folder.Layout.PathOf(file.Key), file, mark.HasMd5 ? file.Md5 : null);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Report report, string path, RemoteFile file, string? md5)
    {
        report.Record(
            new StatRecord("file", path, file.Key, file.Size, file.LastModified, file.ETag, md5), ToolJson.Default.StatRecord);
        var rows = new (string Name, string Value)[]
        {
            ("path", path),
            ("key", file.Key),
            ("size", string.Create(CultureInfo.InvariantCulture, $"{file.Size} bytes ({Amount.Bytes(file.Size)})")),
            ("modified", string.Create(CultureInfo.InvariantCulture, $"{file.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")),
            ("etag", file.ETag),
            ("md5", md5 ?? "unknown, because the file was uploaded in parts or the store encrypts it"),
        };
        foreach (var (name, value) in rows)
        {
            report.Line($"{name,-9} {Report.Safe(value)}");
        }
    }

    internal sealed record StatRecord(
        string Type, string Path, string Key, long Size, DateTimeOffset LastModified, string Etag, string? Md5);
}
