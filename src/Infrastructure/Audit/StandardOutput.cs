namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// The process's standard output. The log is written there too, by others: lines are written in pieces that a pipe takes whole, so that
/// none is torn by one of the log's.
/// </summary>
internal sealed class StandardOutput(Stream stream) : IAuditSink
{
    // What a pipe takes in one piece at least on every system (PIPE_BUF of Linux).
    internal const int Whole = 4096;

    public string Name => "standard output";

    public void Write(ReadOnlySpan<byte> lines, DateOnly day)
    {
        while (lines.Length > Whole)
        {
            var end = lines[..Whole].LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                // One line that is longer than a piece.
                end = lines.IndexOf((byte)'\n') + 1;
            }

            stream.Write(lines[..end]);
            lines = lines[end..];
        }

        stream.Write(lines);
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();
}
