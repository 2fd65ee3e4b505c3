using System.Threading.Channels;

namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// Writes audit records to every sink in the background, in order. Requests never wait for it. A record is lost if a sink fails, or if the
/// queue is full. Lost records are counted in a metric. The first and the last one of a series are logged, and the health check reports
/// the problem until a record is written again.
/// </summary>
internal sealed partial class AuditWriter : BackgroundService, IAuditLog
{
    /// <summary>The maximum number of records in the queue.</summary>
    internal const int Capacity = 20_000;

    private const int MaxBatchBytes = 64 * 1024;

    private readonly Channel<AuditRecord> _queue;
    private readonly IReadOnlyList<Destination> _destinations;
    private readonly AuditMetrics _metrics;
    private readonly ILogger<AuditWriter> _log;
    private long _dropped;
    private long _droppedLogged;

    public AuditWriter(IEnumerable<IAuditSink> sinks, AuditMetrics metrics, ILogger<AuditWriter> log)
        : this(sinks, metrics, log, Capacity)
    {
    }

    internal AuditWriter(IEnumerable<IAuditSink> sinks, AuditMetrics metrics, ILogger<AuditWriter> log, int capacity)
    {
        _destinations = [.. sinks.Select(sink => new Destination(sink))];
        _metrics = metrics;
        _log = log;
        _queue = Channel.CreateBounded<AuditRecord>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait, // TryWrite then returns false when the queue is full.
            SingleReader = true,
        });
    }

    public bool IsWriting =>
        Interlocked.Read(ref _dropped) == Interlocked.Read(ref _droppedLogged) && _destinations.All(destination => !destination.IsFailing);

    public void Record(AuditRecord decision)
    {
        if (!_queue.Writer.TryWrite(decision))
        {
            _metrics.Lost("queue", 1);
            if (Interlocked.Increment(ref _dropped) == Interlocked.Read(ref _droppedLogged) + 1)
            {
                LogFull(_queue.Reader.Count);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Writes the queued records before the process ends.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await Task.WhenAny(writing, Task.Delay(Timeout.Infinite, cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var destination in _destinations)
        {
            destination.Sink.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Continues asynchronously, so that the start of the host does not wait for a sink.
        await Task.Yield();

        var lines = new ArrayBufferWriter<byte>(MaxBatchBytes);
        await using var json = new Utf8JsonWriter(lines, AuditLine.Options);
        var reader = _queue.Reader;
        while (await reader.WaitToReadAsync(CancellationToken.None))
        {
            var (records, day) = (0, default(DateOnly));
            while (lines.WrittenCount < MaxBatchBytes && reader.TryPeek(out var next) && (records == 0 || DayOf(next) == day))
            {
                day = DayOf(next);
                reader.TryRead(out _);
                AuditLine.Write(json, lines, next);
                records++;
            }

            foreach (var destination in _destinations)
            {
                Write(destination, lines.WrittenSpan, day, records);
            }

            lines.ResetWrittenCount();
            LogNewlyDropped();
        }
    }

    private static DateOnly DayOf(AuditRecord record) => DateOnly.FromDateTime(record.Time.UtcDateTime);

    private void Write(Destination destination, ReadOnlySpan<byte> lines, DateOnly day, int records)
    {
        try
        {
            destination.Sink.Write(lines, day);
            if (destination.IsFailing)
            {
                LogWritesAgain(destination.Sink.Name, destination.Lost);
                (destination.IsFailing, destination.Lost) = (false, 0);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _metrics.Lost(destination.Sink.GetType().Name, records);
            if (!destination.IsFailing)
            {
                LogFailing(failure, destination.Sink.Name);
            }

            destination.IsFailing = true;
            destination.Lost += records;
        }
    }

    private void LogNewlyDropped()
    {
        var (dropped, before) = (Interlocked.Read(ref _dropped), Interlocked.Read(ref _droppedLogged));
        if (dropped > before)
        {
            LogDropped(dropped - before);
            Interlocked.Exchange(ref _droppedLogged, dropped);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "Cannot write audit records to {Sink}. They are lost there until this is fixed. Requests are still served")]
    private partial void LogFailing(Exception failure, string sink);

    [LoggerMessage(LogLevel.Warning, "Writing audit records to {Sink} again. {Records} were lost there")]
    private partial void LogWritesAgain(string sink, long records);

    [LoggerMessage(LogLevel.Error, "The queue of audit records is full with {Records} records. Further records are lost")]
    private partial void LogFull(int records);

    [LoggerMessage(LogLevel.Warning, "{Records} audit records were lost because the queue was full")]
    private partial void LogDropped(long records);

    private sealed class Destination(IAuditSink sink)
    {
        private volatile bool _isFailing;

        internal IAuditSink Sink => sink;

        internal bool IsFailing
        {
            get => _isFailing;
            set => _isFailing = value;
        }

        internal long Lost { get; set; }
    }
}
