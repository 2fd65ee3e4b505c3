namespace S3Auth.Cli.Transfers;

/// <summary>
/// The files of <c>upload --watch</c>. A file is complete if it did not change between two scans, and is returned until it is uploaded. A
/// file that failed is retried with exponential back-off of up to five minutes. Between two scans, several threads may report different
/// files.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="period">The time between two scans, and the first wait after a failure.</param>
internal sealed class WatchedFiles(TimeProvider time, TimeSpan period)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private Dictionary<string, State> _seen = new(StringComparer.Ordinal);

    /// <summary>Records a scan of the file system.</summary>
    /// <returns>The files to upload now.</returns>
    internal List<LocalFile> Scan(IEnumerable<LocalFile> files)
    {
        var now = time.GetUtcNow();
        var (seen, ready) = (new Dictionary<string, State>(StringComparer.Ordinal), new List<LocalFile>());
        foreach (var file in files)
        {
            file.File.Refresh();
            if (!file.File.Exists)
            {
                continue;
            }

            var (size, written) = (file.File.Length, file.File.LastWriteTimeUtc);
            if (_seen.TryGetValue(file.Path, out var state) && (state.Size, state.Written) == (size, written))
            {
                if (!state.IsDone && now >= state.NextTry)
                {
                    ready.Add(file);
                }
            }
            else
            {
                state = new State(size, written);
            }

            seen[file.Path] = state;
        }

        _seen = seen;
        return ready;
    }

    /// <summary>Records that a file was uploaded, or cannot be uploaded unless it changes.</summary>
    internal void MarkDone(LocalFile file) => _seen[file.Path].IsDone = true;

    /// <summary>Records that a file failed and must be retried.</summary>
    internal void MarkFailed(LocalFile file)
    {
        var state = _seen[file.Path];
        var wait = period * Math.Pow(2, Math.Min(state.Failures++, 20));
        state.NextTry = time.GetUtcNow() + (wait < MaxWait ? wait : MaxWait);
    }

    private sealed class State(long size, DateTime written)
    {
        internal long Size => size;

        internal DateTime Written => written;

        internal bool IsDone { get; set; }

        internal int Failures { get; set; }

        internal DateTimeOffset NextTry { get; set; }
    }
}
