namespace S3Auth.Cli.Transfers;

/// <summary>Writes a stored file to stdout.</summary>
internal static class FileOutput
{
    internal static async Task WriteAsync(Report report, RemoteFolder folder, RemotePath path, CancellationToken cancellationToken)
    {
        report.MuteNotes();
        var file = await folder.FindAsync(path, cancellationToken);
        await using var output = Console.IsOutputRedirected ? new StandardOutput() : (Stream)new TerminalText(Console.Out);
        await using var display = report.IsProgressWanted ? new TransferDisplay(report, "Reading") : null;
        display?.AddExpected(1, file.Size);
        using var line = new OutputProgress(display?.Begin(file.Key, file.Size));
        try
        {
            await folder.Reader.CopyToAsync(file, output, line, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (line.Written > 0 && exception is not (OperationCanceledException or OutputClosedException))
        {
            report.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"The output of {file.Key} is incomplete or wrong: discard the {line.Written} bytes that were written."));
            throw;
        }
    }

    /// <summary>Counts the bytes that were written.</summary>
    private sealed class OutputProgress(TransferProgress.ActiveFile? line) : IProgress<long>, IDisposable
    {
        internal long Written { get; private set; }

        public void Report(long value)
        {
            Written += value;
            line?.Report(value);
        }

        public void Dispose() => line?.Dispose();
    }
}
