namespace S3Auth.Cli.Transfers;

/// <summary>
/// What a watch knows of the files that it sees: a file that rested from one look to the next is whole, and stays to be uploaded until it
/// was. One that failed waits longer each time. What is gone is forgotten. Between two looks, each file may be told of by a thread of its own.
/// </summary>
internal sealed class WatchedFiles(TimeProvider time, TimeSpan period)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private Dictionary<string, State> _seen = new(StringComparer.Ordinal);

    /// <summary>Looks at what is there.</summary>
    /// <returns>Those that are to be uploaded now.</returns>
    internal List<LocalFile> Look(IEnumerable<LocalFile> files)
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

    /// <summary>It is uploaded, or never will be as it is.</summary>
    internal void MarkDone(LocalFile file) => _seen[file.Path].IsDone = true;

    /// <summary>It is to be tried again.</summary>
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
