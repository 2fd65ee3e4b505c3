namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// A file for each day (UTC) in one folder: <c>audit-2026-11-25.jsonl</c>. Lines are appended; files of other days are left as they are.
/// After a failure it begins anew with the next lines, on a line of their own.
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

        // Others may read it and move it away; only its owner may see what is in it. Unbuffered, so that a failure shows at once.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        _stream = new FileStream(path, options);
        _day = day;
        if (_stream.Length > 0)
        {
            // A line that a full disk or a power cut left unfinished is ended.
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
