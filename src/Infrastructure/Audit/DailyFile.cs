namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// Writes one file per day (UTC) into a folder: <c>audit-2026-11-25.jsonl</c>. Appends lines and leaves the files of other days alone.
/// After a failure it opens the file again and starts on a new line.
/// </summary>
internal sealed class DailyFile(string folder) : IAuditSink
{
    private FileStream? _stream;
    private DateOnly _day;

    public string Name => folder;

    public void Write(ReadOnlySpan<byte> lines, DateOnly day)
    {
        try
        {
            if (_stream is null || _day != day)
            {
                Open(day);
            }

            _stream!.Write(lines);
            _stream.Flush();
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private void Open(DateOnly day)
    {
        Close();
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"audit-{day.ToString("O", System.Globalization.CultureInfo.InvariantCulture)}.jsonl");

        // Other processes may open and move the file, for log rotation. Unbuffered, so that a failure is noticed at once.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        _stream = new FileStream(path, options);
        _day = day;
        if (_stream.Length > 0)
        {
            // Ends a line that a full disk or a power cut left unfinished.
            _stream.Seek(-1, SeekOrigin.End);
            if (_stream.ReadByte() != '\n')
            {
                _stream.Write("\n"u8);
            }
        }
    }

    private void Close()
    {
        var stream = _stream;
        _stream = null;
        stream?.Dispose();
    }
}
