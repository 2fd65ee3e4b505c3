using System.Diagnostics;
using Spectre.Console;

namespace S3Auth.Cli.Output;

/// <summary>
/// Shows the progress of a transfer of many files. On a terminal it draws one line per active file and one for all files. Elsewhere it
/// prints a line every ten seconds. Thread-safe.
/// </summary>
internal sealed class TransferDisplay : IAsyncDisposable
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Report _report;
    private readonly string _verb;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private readonly Lock _gate = new();
    private ProgressContext? _context;
    private ProgressTask? _all;
    private long _filesTotal;
    private long _filesDone;
    private long _bytesTotal;
    private long _bytesDone;

    /// <param name="report">The output.</param>
    /// <param name="verb">What happens to the files, such as <c>Uploading</c>.</param>
    internal TransferDisplay(Report report, string verb)
    {
        _report = report;
        _verb = verb;
        _drawing = report.IsLive ? DrawAsync() : report.IsQuiet || report.IsJson ? Task.CompletedTask : LogProgressAsync();
    }

    /// <summary>Adds files to the expected total.</summary>
    internal void AddExpected(long files, long bytes)
    {
        lock (_gate)
        {
            _filesTotal += files;
            _bytesTotal += bytes;
            Redraw();
        }
    }

    /// <summary>Returns the line of one file. It appears with the first bytes. Disposing it ends the file.</summary>
    internal Line Begin(string name, long size) => new(this, name, size);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _drawing;
        _end.Dispose();
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : "…" + name[^39..];

    private async Task DrawAsync()
    {
        var progress = _report.Terminal.Progress().AutoClear(enabled: true).Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new DownloadedColumn(),
            new TransferSpeedColumn(),
            new RemainingTimeColumn());
        await progress.StartAsync(async context =>
        {
            lock (_gate)
            {
                _context = context;
                _all = context.AddTask(_verb);
                Redraw();
            }

            _report.Redirect(text => _report.Terminal.WriteLine(text));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _end.Token);
            }
            catch (OperationCanceledException)
            {
                // The transfer has ended.
            }
            finally
            {
                _report.Redirect(null);
                lock (_gate)
                {
                    _context = null;
                    _all = null;
                }
            }
        });
    }

    private async Task LogProgressAsync()
    {
        using var timer = new PeriodicTimer(LogInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _report.Note(Describe());
            }
        }
        catch (OperationCanceledException)
        {
            // The work is at its end.
        }
    }

    private string Describe()
    {
        lock (_gate)
        {
            var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            var rate = _bytesDone / Math.Max(seconds, 0.001);
            var left = rate > 0 ? $", {Amount.Duration(TimeSpan.FromSeconds(Math.Min((_bytesTotal - _bytesDone) / rate, 1e9)))} left" : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{_verb}: {_filesDone} of {Amount.Files(_filesTotal)}, {Amount.Bytes(_bytesDone)} of {Amount.Bytes(_bytesTotal)}, "
                + $"{Amount.Bytes(rate)}/s{left}");
        }
    }

    private void Redraw()
    {
        if (_all is { } all)
        {
            all.Description = string.Create(CultureInfo.InvariantCulture, $"{_verb} {_filesDone} of {_filesTotal}");
            all.MaxValue = Math.Max(_bytesTotal, 1);
            all.Value = _bytesDone;
        }
    }

    private ProgressTask? AddTask(string name, long size) =>
        _context?.AddTask(Markup.Escape(Shorten(Report.Safe(name))), maxValue: Math.Max(size, 1));

    /// <summary>The line of one file.</summary>
    internal sealed class Line(TransferDisplay display, string name, long size) : IProgress<long>, IDisposable
    {
        private ProgressTask? _task;

        public void Report(long value)
        {
            lock (display._gate)
            {
                _task ??= display.AddTask(name, size);
                display._bytesDone += value;
                _task?.Increment(value);
                display.Redraw();
            }
        }

        public void Dispose()
        {
            lock (display._gate)
            {
                display._filesDone++;
                if (_task is not null)
                {
                    display._context?.RemoveTask(_task);
                }

                display.Redraw();
            }
        }
    }
}
