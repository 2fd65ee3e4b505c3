namespace S3Auth.Cli.Output;

/// <summary>Counts the files and bytes of a transfer, and describes how far it is. Thread-safe.</summary>
/// <param name="verb">What happens to the files, such as <c>Uploading</c>.</param>
/// <param name="time">The clock.</param>
internal sealed class TransferProgress(string verb, TimeProvider time)
{
    // The line of the total, and the line for the next prompt.
    private const int OtherRows = 2;
    private const int MaxActiveRows = 16;
    private const int MaxNameColumns = 60;
    private const int AmountColumns = 53;

    // A larger step was not transferred now: an earlier run transferred it, or a part is sent again.
    private const long MaxBlock = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time;
    private readonly RateMeter _rate = new(time);
    private readonly List<ActiveFile> _active = [];
    private long _filesTotal;
    private long _filesDone;
    private long _bytesTotal;
    private long _bytesDone;

    /// <summary>Adds files to the expected total.</summary>
    internal void AddExpected(long files, long bytes)
    {
        lock (_gate)
        {
            _filesTotal += files;
            _bytesTotal += bytes;
        }
    }

    /// <summary>Returns the progress of one file. Its line appears with the first bytes.</summary>
    internal ActiveFile Begin(string name, long size) => new(this, name, size);

    /// <summary>Returns one line about all files.</summary>
    internal string Summarize()
    {
        lock (_gate)
        {
            var rate = _rate.Read();
            var (done, total) = (Math.Max(_bytesDone, 0), Math.Max(_bytesTotal, 0));
            var left = rate > 0 && total > done
                ? $", {Amount.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 1e9)))} left"
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{verb}: {_filesDone} of {Amount.Files(_filesTotal)}, {Amount.Bytes(done)} of {Amount.Bytes(total)} "
                + $"({PercentOf(done, total)} %), {Amount.Bytes(rate)}/s{left}");
        }
    }

    /// <summary>Returns one line for each active file and one for all files, each at most as wide as the terminal.</summary>
    internal IReadOnlyList<string> Draw(int width, int height)
    {
        var lines = new List<string>();
        lock (_gate)
        {
            var rows = Math.Clamp(height - OtherRows, 0, MaxActiveRows);
            var shown = _active.Count <= rows ? _active.Count : Math.Max(rows - 1, 0);
            var nameColumns = Math.Clamp(width - AmountColumns, 8, MaxNameColumns);
            lines.AddRange(_active.Take(shown).Select(file => file.Draw(nameColumns)));
            if (shown < _active.Count && rows > 0)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"  and {_active.Count - shown} more"));
            }
        }

        if (_filesTotal > 0 || lines.Count > 0)
        {
            lines.Add(Summarize());
        }

        return lines;
    }

    // A file that is not complete is never at 100 %.
    private static long PercentOf(long done, long total) => total <= 0 || done >= total ? 100 : Math.Min(done * 100 / total, 99);

    /// <summary>The progress of one file. Disposing it ends the file.</summary>
    internal sealed class ActiveFile(TransferProgress all, string name, long size) : IProgress<long>, IDisposable
    {
        private readonly RateMeter _rate = new(all._time);
        private readonly string _name = Output.Report.Safe(name);
        private long _done;
        private bool _isShown;
        private bool _isEnded;

        /// <summary>Adds bytes; a negative number if bytes must be transferred again.</summary>
        public void Report(long value)
        {
            lock (all._gate)
            {
                if (!_isShown && !_isEnded)
                {
                    _isShown = true;
                    all._active.Add(this);
                }

                _done += value;
                all._bytesDone += value;
                if (value is > 0 and <= MaxBlock)
                {
                    _rate.Add(value);
                    all._rate.Add(value);
                }
            }
        }

        /// <summary>Ends a file that needs no transfer. It no longer counts.</summary>
        internal void Skip()
        {
            lock (all._gate)
            {
                all._filesTotal--;
                all._bytesTotal -= size;
                all._bytesDone -= _done;
                End();
            }
        }

        public void Dispose()
        {
            lock (all._gate)
            {
                if (!_isEnded)
                {
                    // A file that failed, or is another version than the listed one, has other bytes than expected.
                    all._filesDone++;
                    all._bytesTotal += _done - size;
                    End();
                }
            }
        }

        internal string Draw(int nameColumns)
        {
            var done = Math.Max(_done, 0);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"  {DisplayText.Fit(_name, nameColumns)} {PercentOf(done, size),4} %  {Amount.Bytes(done),10} of "
                + $"{Amount.Bytes(size),-10}  {Amount.Bytes(_rate.Read()),10}/s");
        }

        private void End()
        {
            _isEnded = true;
            all._active.Remove(this);
        }
    }
}
