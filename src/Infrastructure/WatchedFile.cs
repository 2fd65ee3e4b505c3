namespace S3Auth.Infrastructure;

/// <summary>
/// The parsed content of a file that the operator edits. Reads the file again after each edit. Keeps the last valid content while the
/// edited file is invalid.
/// </summary>
/// <typeparam name="T">The content.</typeparam>
internal sealed class WatchedFile<T>
    where T : class
{
    // Polled, because replacing a file through a symbolic link, as Kubernetes does, raises no file system event.
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly Func<byte[], T> _parse;
    private readonly int _maxBytes;

    private byte[] _read;
    private volatile T _current;
    private volatile string? _problem;

    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The maximum size of the file.</param>
    /// <param name="parse">Parses the file's bytes; throws <see cref="InvalidDataException"/> if they are invalid.</param>
    /// <exception cref="InvalidDataException">The file is invalid. The message tells the operator why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal WatchedFile(string path, int maxBytes, Func<byte[], T> parse)
    {
        (_path, _maxBytes, _parse) = (path, maxBytes, parse);
        _read = Read();
        _current = Parse(_read);
    }

    /// <summary>The last valid content.</summary>
    internal T Current => _current;

    /// <summary>The current problem of the file; null if there is none. May contain the path.</summary>
    internal string? Problem => _problem;

    /// <summary>Reads the file again after each edit, until it is cancelled.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="onRead">Called after an edited file was read.</param>
    /// <param name="onProblem">Called once for each problem, with the reason.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    internal async Task WatchAsync(TimeProvider time, Action<T> onRead, Action<string> onProblem, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (TryReadAgain(out var content, out var problem))
            {
                onRead(content);
            }
            else if (problem is not null)
            {
                onProblem(problem);
            }
        }
    }

    private bool TryReadAgain([NotNullWhen(true)] out T? content, out string? problem)
    {
        (content, problem) = (null, null);
        try
        {
            // Compares the bytes: an edited file may have the same size and time as before, as some tools give all files one time.
            var read = Read();
            if (!read.AsSpan().SequenceEqual(_read))
            {
                content = _current = Parse(read);
                _read = read;
            }

            _problem = null;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            // The file may become readable without another edit, so it is read again at the next poll. Each problem is reported once.
            problem = string.Equals(_problem, broken.Message, StringComparison.Ordinal) ? null : broken.Message;
            _problem = broken.Message;
        }

        return content is not null;
    }

    private T Parse(byte[] bytes) => _parse(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes);

    private byte[] Read()
    {
        try
        {
            // Opening a pipe could wait forever. A pipe has no size, except through a link of /proc.
            if (FindTarget() is { Exists: true, Length: 0 })
            {
                throw new InvalidDataException("It is empty, or not a regular file.");
            }

            using var file = File.OpenRead(_path);
            if (!file.CanSeek)
            {
                throw new InvalidDataException("It is not a regular file, so its edits could not be read.");
            }

            if (file.Length > _maxBytes)
            {
                throw new InvalidDataException($"It has {file.Length} bytes, more than the maximum of {_maxBytes}.");
            }

            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (UnauthorizedAccessException denied)
        {
            // The callers handle IOException only. Any other exception would stop the host.
            throw new IOException($"Access to {_path} is denied.", denied);
        }
    }

    private FileInfo FindTarget()
    {
        var file = new FileInfo(_path);
        return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }
}
