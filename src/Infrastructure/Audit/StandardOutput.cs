namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// Writes to standard output, to which the log is written too. Each write is small enough to be atomic on a pipe, so that log lines do not
/// split audit lines.
/// </summary>
internal sealed class StandardOutput(Stream stream) : IAuditSink
{
    // PIPE_BUF of Linux, in bytes: a write to a pipe of up to this size is atomic.
    internal const int MaxAtomicBytes = 4096;

    public string Name => "standard output";

    public void Write(ReadOnlySpan<byte> lines, DateOnly day)
    {
        while (lines.Length > MaxAtomicBytes)
        {
            var end = lines[..MaxAtomicBytes].LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                // A single line that is longer than an atomic write.
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
