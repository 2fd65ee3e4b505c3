namespace S3Auth.Infrastructure;

/// <summary>
/// What an operator's file contains. Reads the file again after each edit. If the edited file is invalid, keeps what the last valid one
/// contained.
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

    private (DateTime Written, long Length) _seen;
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
        _seen = Look();
        _current = Read();
    }

    /// <summary>What the last valid file contained.</summary>
    internal T Current => _current;

    /// <summary>What is wrong with the file now; null if nothing is. May contain the path.</summary>
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
            var seen = Look();
            if (seen != _seen)
            {
                content = _current = Read();
                _seen = seen;
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

    private (DateTime Written, long Length) Look() => Access(() =>
    {
        var file = new FileInfo(_path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
    });

    private T Read()
    {
        var bytes = Access(() =>
        {
            using var file = File.OpenRead(_path);
            if (file.Length > _maxBytes)
            {
                throw new InvalidDataException($"It has {file.Length} bytes, more than the maximum of {_maxBytes}.");
            }

            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        });
        return _parse(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes);
    }

    // The callers handle IOException only. Any other exception would stop the host.
    private TResult Access<TResult>(Func<TResult> access)
    {
        try
        {
            return access();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"Access to {_path} is denied.", denied);
        }
    }
}
