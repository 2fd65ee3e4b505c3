using System.Threading.Channels;

namespace S3Auth.Infrastructure.Audit;

/// <summary>
/// Writes records in the background, in their order, to every sink. Requests do not wait for it: what a sink does not take is lost
/// there, and so is what comes while as many wait as may. Each record that is lost is counted, the first and the last of a series are
/// logged, and the health check shows it until a record is written again.
/// </summary>
internal sealed partial class AuditWriter : BackgroundService, IAuditLog
{
    /// <summary>How many records may wait to be written.</summary>
    internal const int Capacity = 20_000;

    private const int MostBytesAtOnce = 64 * 1024;

    private readonly Channel<AuditRecord> _waiting;
    private readonly IReadOnlyList<Destination> _destinations;
    private readonly AuditMetrics _metrics;
    private readonly ILogger<AuditWriter> _log;
    private long _dropped;
    private long _droppedBefore;

    public AuditWriter(IEnumerable<IAuditSink> sinks, AuditMetrics metrics, ILogger<AuditWriter> log)
        : this(sinks, metrics, log, Capacity)
    {
    }

    internal AuditWriter(IEnumerable<IAuditSink> sinks, AuditMetrics metrics, ILogger<AuditWriter> log, int capacity)
    {
        _destinations = [.. sinks.Select(sink => new Destination(sink))];
        _metrics = metrics;
        _log = log;
        _waiting = Channel.CreateBounded<AuditRecord>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait, // Which for TryWrite means: says so.
            SingleReader = true,
        });
    }

    public bool IsWriting => Interlocked.Read(ref _dropped) == Interlocked.Read(ref _droppedBefore) && _destinations.All(destination => !destination.Fails);

    public void Record(AuditRecord decision)
    {
        if (!_waiting.Writer.TryWrite(decision))
        {
            _metrics.Lost("queue", 1);
            if (Interlocked.Increment(ref _dropped) == Interlocked.Read(ref _droppedBefore) + 1)
            {
                LogFull(_waiting.Reader.Count);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What has been decided is written before the process ends.
        _waiting.Writer.TryComplete();
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
        // The start must not wait for a sink.
        await Task.Yield();

        var lines = new ArrayBufferWriter<byte>(MostBytesAtOnce);
        await using var json = new Utf8JsonWriter(lines, AuditLine.Options);
        var reader = _waiting.Reader;
        while (await reader.WaitToReadAsync(CancellationToken.None))
        {
            var (records, day) = (0, default(DateOnly));
            while (lines.WrittenCount < MostBytesAtOnce && reader.TryPeek(out var next) && (records == 0 || DayOf(next) == day))
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
            TellDropped();
        }
    }

    private static DateOnly DayOf(AuditRecord record) => DateOnly.FromDateTime(record.Time.UtcDateTime);

    private void Write(Destination destination, ReadOnlySpan<byte> lines, DateOnly day, int records)
    {
        try
        {
            destination.Sink.Write(lines, day);
            if (destination.Fails)
            {
                LogWritesAgain(destination.Sink.Name, destination.Lost);
                (destination.Fails, destination.Lost) = (false, 0);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _metrics.Lost(destination.Sink.GetType().Name, records);
            if (!destination.Fails)
            {
                LogFails(failure, destination.Sink.Name);
            }

            destination.Fails = true;
            destination.Lost += records;
        }
    }

    private void TellDropped()
    {
        var (dropped, before) = (Interlocked.Read(ref _dropped), Interlocked.Read(ref _droppedBefore));
        if (dropped > before)
        {
            LogDropped(dropped - before);
            Interlocked.Exchange(ref _droppedBefore, dropped);
        }
    }

    [LoggerMessage(LogLevel.Error, "Decisions cannot be recorded in {Sink}: they are lost there until that is mended; requests go on")]
    private partial void LogFails(Exception failure, string sink);

    [LoggerMessage(LogLevel.Warning, "Decisions are recorded in {Sink} again; {Records} were lost there")]
    private partial void LogWritesAgain(string sink, long records);

    [LoggerMessage(LogLevel.Error, "Decisions come faster than they are recorded: {Records} wait, and more are lost")]
    private partial void LogFull(int records);

    [LoggerMessage(LogLevel.Warning, "{Records} decisions were lost because too many waited to be recorded")]
    private partial void LogDropped(long records);

    private sealed class Destination(IAuditSink sink)
    {
        private volatile bool _fails;

        internal IAuditSink Sink => sink;

        internal bool Fails
        {
            get => _fails;
            set => _fails = value;
        }

        internal long Lost { get; set; }
    }
}
