using System.Diagnostics;

namespace S3Auth.Cli.Transfers;

/// <summary>What became of the files of a run; counted from several threads.</summary>
internal sealed class TransferResult(Report report, string done)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private long _moved;
    private long _bytes;
    private long _there;
    private long _failed;
    private long _listsFailed;
    private ExitCode _failure;

    internal void AddTransferred(string path, string key, long size, string? mappedTo = null)
    {
        lock (_gate)
        {
            _moved++;
            _bytes += size;
        }

        report.Record(new FileRecord("file", done, path, key, size, MappedTo: mappedTo));
        if (!report.IsLive)
        {
            report.Line($"{done} {Report.Safe(key)} ({Amount.Bytes(size)})");
        }
    }

    internal void AddSkipped(string path, string key, long size)
    {
        lock (_gate)
        {
            _there++;
        }

        report.Record(new FileRecord("file", "already_there", path, key, size));
    }

    /// <summary>A file that is not done; the others go on.</summary>
    internal void AddFailed(string path, Exception exception)
    {
        lock (_gate)
        {
            _failed++;
            _failure = _failure == ExitCode.Done ? Failures.CodeOf(exception) : _failure;
        }

        var (name, reason) = (Report.Safe(path), Failures.Describe(exception));
        report.Fail(reason.StartsWith(name, StringComparison.Ordinal) ? reason : $"{name}: {reason}");
        report.Record(new FileRecord("file", "failed", path, Key: null, Size: null, Error: exception.Message));
    }

    /// <summary>Reports an owner whose files could not be listed completely. Other owners' lists continue.</summary>
    internal void AddFailedList(string owner, Exception exception)
    {
        lock (_gate)
        {
            _listsFailed++;
            _failure = _failure == ExitCode.Done ? Failures.CodeOf(exception) : _failure;
        }

        report.Fail($"List of {owner}: {Failures.Describe(exception)}");
        report.Record(new ListRecord("list", "failed", owner, (exception as RefusedException)?.Code, exception.Message));
    }

    /// <summary>Says what became of all, and tells the exit code.</summary>
    internal ExitCode Finish()
    {
        Summarise(isStopped: false);
        return Outcome;
    }

    /// <summary>The exit code of what has become of them until now.</summary>
    internal ExitCode Outcome => _failed + _listsFailed == 0 ? ExitCode.Done : _moved + _there > 0 ? ExitCode.PartlyDone : _failure;

    /// <summary>Does the work; where it is stopped, or ends because going on makes no sense, says what became of the files until then.</summary>
    internal async Task<ExitCode> RunAsync(Func<Task<ExitCode>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return EndStopped();
        }
        catch (Exception exception) when (FatalFailure.Is(exception))
        {
            return EndBroken(exception);
        }
    }

    private ExitCode EndStopped()
    {
        Summarise(isStopped: true);
        report.Fail("Stopped. Run the same command again to go on with what is left.");
        return ExitCode.Interrupted;
    }

    private ExitCode EndBroken(Exception exception)
    {
        if (_moved + _there + _failed + _listsFailed > 0)
        {
            Summarise(isStopped: true);
        }

        return Failures.Tell(report, exception);
    }

    private void Summarise(bool isStopped)
    {
        lock (_gate)
        {
            var took = Stopwatch.GetElapsedTime(_started);
            var rate = took.TotalSeconds > 0 ? _bytes / took.TotalSeconds : 0;
            long? lists = _listsFailed == 0 ? null : _listsFailed;
            report.Record(new SummaryRecord("summary", _moved, _bytes, _there, _failed, Math.Round(took.TotalSeconds, 3), isStopped, lists));
            report.Line($"{Capital(done)} {Amount.Files(_moved)} ({Amount.Bytes(_bytes)}) in {Amount.Duration(took)}, {Amount.Bytes(rate)}/s; "
                + $"{_there} already there; {_failed} failed{(lists is null ? "" : $"; {lists} lists failed")}.");
        }
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private sealed record FileRecord(string Type, string Status, string Path, string? Key, long? Size, string? MappedTo = null, string? Error = null);

    private sealed record SummaryRecord(string Type, long Done, long Bytes, long AlreadyThere, long Failed, double Seconds, bool Stopped, long? ListsFailed);

    private sealed record ListRecord(string Type, string Status, string Owner, string? Code, string Error);
}
