namespace S3Auth.Cli.Output;

/// <summary>
/// Appends messages to a file, one line each, with the time in UTC. Opens the file for each line, so that another program may rotate it.
/// Locks it meanwhile, so that several runs can share one file. Thread-safe.
/// </summary>
internal sealed class LogFile
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly TimeProvider _time;
    private bool _hasFailed;

    /// <exception cref="UsageException">The file cannot be written.</exception>
    internal LogFile(string path, TimeProvider time)
    {
        (_path, _time) = (Path.GetFullPath(path), time);
        try
        {
            Append("");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The log file {_path} cannot be written: {exception.Message}");
        }
    }

    /// <summary>Appends a message.</summary>
    /// <returns>A warning at the first message that cannot be written, for example because the disk is full; otherwise null.</returns>
    internal string? Write(string level, string text)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{_time.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {level,-7} {Report.Safe(text)}\n");
        lock (_gate)
        {
            try
            {
                Append(line);
                _hasFailed = false;
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A run must not end because its log cannot be written.
                var isFirst = !_hasFailed;
                _hasFailed = true;
                return isFirst ? $"The log file {_path} cannot be written: {exception.Message}" : null;
            }
        }
    }

    private void Append(string line)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                using var file = new FileStream(_path, Options());
                file.Write(Encoding.UTF8.GetBytes(line));
                return;
            }
            catch (IOException exception) when (!_hasFailed && IsLocked(exception) && _time.GetElapsedTime(started) < LockPatience)
            {
                Thread.Sleep(5);
            }
        }
    }

    // For its owner only: whoever can read a file can also lock it, and so delay every message. An existing file keeps its mode.
    private static FileStreamOptions Options() => new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.None,
        BufferSize = 0,
    }.ForOwnerOnly();

    // EWOULDBLOCK; ERROR_SHARING_VIOLATION.
    private static bool IsLocked(IOException exception) => exception.HResult
        == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);
}
