using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace S3Auth.Api.Limits;

/// <summary>
/// Writes one answer as fast as its client reads, and closes the connection of a client that reads too slowly. A client must read something
/// within <see cref="ReadTimeout"/>, and <see cref="MinBytesPerSecond"/> on average. While the writer waits for a client, the bytes count
/// against a budget, which bounds the memory of slow clients: <see cref="ResponseMemoryBudget"/> for proved requests, and
/// <see cref="SlowReaderQueue"/> for all others.
/// </summary>
internal sealed class TimedWriter : PipeWriter
{
    /// <summary>How long a client may read nothing.</summary>
    internal static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How fast a client must read on average, beyond the first <see cref="ReadTimeout"/>.</summary>
    internal const int MinBytesPerSecond = 16 * 1024;

    /// <summary>
    /// The size of the chunks of a large answer, in bytes. After each chunk, the writer waits for the client if the buffer is full.
    /// </summary>
    internal const int ChunkBytes = 16 * 1024;

    /// <summary>The memory that one waiting answer can hold, in bytes: the buffers of its connection and one chunk.</summary>
    internal const long BytesPerWait = ServerLimits.BytesPerConnection + ChunkBytes;

    private readonly HttpContext _context;
    private readonly PipeWriter _inner;
    private readonly ResponseMemoryBudget _memory;
    private readonly SlowReaderQueue? _slowReaders;
    private readonly ApiMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ResponseMemoryOwner _holder;
    private readonly long _start;
    private long _unflushed;
    private long _written;

    /// <param name="context">The request whose answer is written.</param>
    /// <param name="isProved">Whether the request was proved. Requests without a proof must not use up the memory of those with
    /// one.</param>
    internal TimedWriter(HttpContext context, bool isProved)
    {
        var services = context.RequestServices;
        _context = context;
        _inner = context.Response.BodyWriter;
        _memory = services.GetRequiredService<ResponseMemoryBudget>();
        _slowReaders = isProved ? null : services.GetRequiredService<SlowReaderQueue>();
        _metrics = services.GetRequiredService<ApiMetrics>();
        _time = services.GetRequiredService<TimeProvider>();
        _holder = new ResponseMemoryOwner(Hotkey: null, services.GetRequiredService<RequestOrigin>().ClientGroup);
        _start = _time.GetTimestamp();
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        _inner.Advance(bytes);
        _unflushed += bytes;
    }

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    /// <summary>Does nothing: the server ends the answer.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <exception cref="ConnectionAbortedException">The client does not read, and its connection was closed.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _written += _unflushed;
        _unflushed = 0;
        return WaitForClientAsync(_inner.FlushAsync(cancellationToken));
    }

    /// <summary>Waits until the client has read enough, if the connection's buffer is full.</summary>
    internal ValueTask<FlushResult> WaitForClientAsync(ValueTask<FlushResult> flush) =>
        flush.IsCompletedSuccessfully ? flush : new ValueTask<FlushResult>(WaitAsync(flush.AsTask()));

    /// <summary>Takes memory that this answer to a proved request can do without, until <see cref="ReleaseMemory"/>.</summary>
    /// <returns>Whether it was taken; false if half of the budget or the client's share is used up.</returns>
    internal bool TryTakeMemory(long bytes) => _memory.TryTakeOptional(_holder, bytes);

    /// <summary>Releases what <see cref="TryTakeMemory"/> took.</summary>
    internal void ReleaseMemory(long bytes) => _memory.TryChange(_holder, bytes, 0);

    private async Task<FlushResult> WaitAsync(Task<FlushResult> flush)
    {
        var entry = _slowReaders?.Enter(_context);
        if (entry is null && !_memory.TryChange(_holder, 0, BytesPerWait))
        {
            throw Drop();
        }

        try
        {
            return await flush.WaitAsync(TimeLeft(), _time);
        }
        catch (TimeoutException)
        {
            throw Drop();
        }
        finally
        {
            if (entry is not null)
            {
                _slowReaders!.Leave(entry);
            }
            else
            {
                _memory.TryChange(_holder, BytesPerWait, 0);
            }
        }
    }

    private TimeSpan TimeLeft()
    {
        var left = ReadTimeout + TimeSpan.FromSeconds(_written / (double)MinBytesPerSecond) - _time.GetElapsedTime(_start);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < ReadTimeout ? left : ReadTimeout;
    }

    private ConnectionAbortedException Drop()
    {
        _metrics.Unread();
        _context.Abort();
        return new ConnectionAbortedException("The client does not read its answer.");
    }
}
