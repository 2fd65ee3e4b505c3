namespace S3Auth.Cli.Output;

/// <summary>
/// Shows the progress of a transfer of many files. On a terminal it draws one line per active file and one for all files, a few times a
/// second. Elsewhere, and in a log file, it writes a line every ten seconds, or as <c>--stats</c> says. Thread-safe.
/// </summary>
internal sealed class TransferDisplay : IAsyncDisposable
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DefaultLogInterval = TimeSpan.FromSeconds(10);

    private readonly Report _report;
    private readonly TransferProgress _progress;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private readonly Task _logging;

    /// <param name="report">The output.</param>
    /// <param name="verb">What happens to the files, such as <c>Uploading</c>.</param>
    /// <param name="time">The clock; by default the system's.</param>
    internal TransferDisplay(Report report, string verb, TimeProvider? time = null)
    {
        (_report, _time) = (report, time ?? TimeProvider.System);
        _progress = new TransferProgress(verb, _time);
        _drawing = report.IsLive ? DrawAsync() : Task.CompletedTask;
        _logging = LogProgressAsync(report.StatsInterval ?? DefaultLogInterval);
    }

    /// <summary>Adds files to the expected total.</summary>
    internal void AddExpected(long files, long bytes) => _progress.AddExpected(files, bytes);

    /// <summary>Returns the progress of one file. Its line appears with the first bytes.</summary>
    internal TransferProgress.ActiveFile Begin(string name, long size) => _progress.Begin(name, size);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _drawing;
        await _logging;
        _end.Dispose();
    }

    private async Task DrawAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(RedrawInterval, _time);
            do
            {
                var (width, height) = AnsiTerminal.Size();
                _report.Draw(_progress.Draw(width, height));
            }
            while (await timer.WaitForNextTickAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // The transfer has ended.
        }
        finally
        {
            _report.EndDrawing();
        }
    }

    private async Task LogProgressAsync(TimeSpan interval)
    {
        if (interval == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _report.Progress(_progress.Summarize());
            }
        }
        catch (OperationCanceledException)
        {
            // The transfer has ended.
        }
    }
}
