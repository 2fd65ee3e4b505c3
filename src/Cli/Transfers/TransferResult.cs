using System.Diagnostics;

namespace S3Auth.Cli.Transfers;

/// <summary>Counts and reports the results of a run's files. Thread-safe.</summary>
/// <param name="session">The session, with the output.</param>
/// <param name="done">What happened to a file that succeeded, such as <c>uploaded</c>.</param>
internal sealed class TransferResult(Session session, string done)
{
    private readonly Report _report = session.Report;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private long _transferred;
    private long _bytes;
    private long _skipped;
    private long _failed;
    private long _listsFailed;
    private ExitCode _firstFailure;

    internal void AddTransferred(string path, string key, long size, string? mappedTo = null)
    {
        lock (_gate)
        {
            _transferred++;
            _bytes += size;
        }

        _report.Record(new FileRecord("file", done, path, key, size, MappedTo: mappedTo), ToolJson.Default.FileRecord);
        _report.FileDone($"{done} {key} ({Amount.Bytes(size)})");
    }

    internal void AddSkipped(string path, string key, long size)
    {
        lock (_gate)
        {
            _skipped++;
        }

        _report.Record(new FileRecord("file", "already_there", path, key, size), ToolJson.Default.FileRecord);
    }

    /// <summary>Reports a file that failed. The run continues with the other files.</summary>
    internal void AddFailed(string path, Failure failure)
    {
        lock (_gate)
        {
            _failed++;
            _firstFailure = _firstFailure == ExitCode.Done ? failure.ExitCode : _firstFailure;
        }

        var name = Report.Safe(path);
        _report.Fail(failure.Message.StartsWith(name, StringComparison.Ordinal) ? failure.Message : $"{name}: {failure.Message}");
        _report.Record(
            new FileRecord("file", "failed", path, Key: null, Size: null, Error: failure.Detail), ToolJson.Default.FileRecord);
    }

    /// <summary>Reports an owner whose files could not be listed completely. The run continues with the other owners.</summary>
    internal void AddFailedList(string owner, Failure failure)
    {
        lock (_gate)
        {
            _listsFailed++;
            _firstFailure = _firstFailure == ExitCode.Done ? failure.ExitCode : _firstFailure;
        }

        _report.Fail($"Listing of {owner}: {failure.Message}");
        _report.Record(
            new ListRecord("list", "failed", owner, failure.RefusalCode, failure.Detail), ToolJson.Default.ListRecord);
    }

    /// <summary>Prints the summary. Returns the exit code.</summary>
    internal ExitCode Finish()
    {
        PrintSummary(isStopped: false);
        return ExitCode;
    }

    /// <summary>The exit code of the results so far.</summary>
    internal ExitCode ExitCode => _failed + _listsFailed == 0
        ? ExitCode.Done
        : _transferred + _skipped > 0 ? ExitCode.PartlyDone : _firstFailure;

    /// <summary>Runs the transfers. If they are stopped, or a failure ends the run, prints the summary of the files so far.</summary>
    internal async Task<ExitCode> RunAsync(Func<Task<ExitCode>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            PrintSummary(isStopped: true);
            _report.Fail("Stopped. Run the same command again to continue with the remaining files.");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure)
        {
            if (_transferred + _skipped + _failed + _listsFailed > 0)
            {
                PrintSummary(isStopped: true);
            }

            return _report.Fail(failure);
        }
    }

    private void PrintSummary(bool isStopped)
    {
        lock (_gate)
        {
            var took = Stopwatch.GetElapsedTime(_started);
            var rate = took.TotalSeconds > 0 ? _bytes / took.TotalSeconds : 0;
            long? lists = _listsFailed == 0 ? null : _listsFailed;
            _report.Record(
                new SummaryRecord(
                    "summary",
                    _transferred,
                    _bytes,
                    _skipped,
                    _failed,
                    Math.Round(took.TotalSeconds, 3),
                    isStopped,
                    lists,
                    QuotaRecord.Of(session)),
                ToolJson.Default.SummaryRecord);
            _report.Summary(
                $"{char.ToUpperInvariant(done[0])}{done[1..]} {Amount.Files(_transferred)} ({Amount.Bytes(_bytes)}) in "
                + $"{Amount.Duration(took)}, {Amount.Bytes(rate)}/s; {_skipped} already there; {_failed} failed"
                + (lists is null ? "." : $"; {lists} listings failed."));
        }
    }

    internal sealed record FileRecord(
        string Type, string Status, string Path, string? Key, long? Size, string? MappedTo = null, string? Error = null);

    internal sealed record SummaryRecord(
        string Type,
        long Done,
        long Bytes,
        long AlreadyThere,
        long Failed,
        double Seconds,
        bool Stopped,
        long? ListsFailed,
        QuotaRecord? Quota);

    internal sealed record ListRecord(string Type, string Status, string Owner, string? Code, string Error);
}
