using System.Buffers;
using System.IO.Pipelines;

namespace S3Auth.Api.Json;

/// <summary>
/// A whole request body in memory. Its buffer grows with the received bytes, so a client cannot reserve memory by announcing a large body.
/// The body must arrive within <see cref="ArrivalTimeout"/>, and beyond <see cref="UncountedBytes"/> without pauses
/// (<see cref="ProgressBytes"/> in each <see cref="StallTimeout"/>).
/// </summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>The largest body of an action with <see cref="LargeBodyAttribute"/>, in bytes (512 KiB).</summary>
    internal const int MaxBytes = 512 * 1024;

    /// <summary>
    /// The largest body of every other action, in bytes (16 KiB). It has room for a continuation token of 4,096 characters and for unknown
    /// members.
    /// </summary>
    internal const int MaxSmallBytes = 16 * 1024;

    /// <summary>A body up to this size does not count against <see cref="BodyMemory"/>, because connections are bounded (4 KiB).</summary>
    internal const int UncountedBytes = 4 * 1024;

    /// <summary>How many bytes of a counted body must arrive within <see cref="StallTimeout"/>, unless it ends (4 KiB).</summary>
    internal const int ProgressBytes = 4 * 1024;

    /// <summary>How long a body may take to arrive, plus one second for each <see cref="MinBytesPerSecond"/> bytes that arrived.</summary>
    internal static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long a counted body may go without progress. Long enough for TCP to retransmit one or two lost packets.</summary>
    internal static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(3);

    // Low, because several large bodies may share a slow line.
    private const int MinBytesPerSecond = 16 * 1024;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly BodyMemory _memory;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _maxBytes;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UncountedBytes);
    private CancellationTokenSource? _late;
    private int _counted;
    private int _length;
    private int _progress;
    private bool _isDropped;

    private RequestBody(HttpContext context, int maxBytes, BodyMemory memory, TimeProvider time)
    {
        (_memory, _time, _start) = (memory, time, time.GetTimestamp());
        _maxBytes = maxBytes;
        Client = ClientNetwork.Of(context.Connection.RemoteIpAddress);
    }

    /// <summary>Every byte as it was received.</summary>
    internal ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>The client whose share the body counts against.</summary>
    internal UInt128 Client { get; }

    /// <summary>The node of this body in the list of arriving bodies; null until the body takes memory from the budget.</summary>
    internal LinkedListNode<RequestBody>? Node { get; set; }

    /// <summary>Returns the largest body that this request may have, in bytes.</summary>
    internal static int LimitOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<LargeBodyAttribute>() is null ? MaxSmallBytes : MaxBytes;

    /// <summary>Returns the largest body that an action with this metadata accepts, in bytes.</summary>
    internal static int LimitOf(IEnumerable<object> metadata) => metadata.OfType<LargeBodyAttribute>().Any() ? MaxBytes : MaxSmallBytes;

    /// <summary>Reads the body of a request to its end.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large (413), or pauses or takes too long (408).</exception>
    /// <exception cref="RefusedException"><c>server_busy</c>: other bodies take all of the memory budget, and arrive faster.</exception>
    internal static async ValueTask<RequestBody> ReadAsync(HttpContext context, BodyMemory memory, TimeProvider time)
    {
        var maxBytes = LimitOf(context);
        if (context.Request.ContentLength > maxBytes)
        {
            throw TooLarge();
        }

        var body = new RequestBody(context, maxBytes, memory, time);
        try
        {
            // Most bodies arrive with their headers. They need no timer.
            var reader = context.Request.BodyReader;
            if (!reader.TryRead(out var read) || !body.Take(reader, read))
            {
                await body.FillAsync(reader, context.RequestAborted);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_memory.Gate)
        {
            Free();
        }
    }

    /// <summary>
    /// Frees the memory at once and stops reading. Call it for a body that is still arriving, with <see cref="BodyMemory.Gate"/> held.
    /// </summary>
    internal void Drop()
    {
        _isDropped = true;
        Free();

        // The reader continues on another thread, because this one holds the gate.
        _ = _late?.CancelAsync();
    }

    private void Free()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _memory.Release(this, _counted);
            (_buffer, _counted, _length) = ([], 0, 0);
        }
    }

    private async Task FillAsync(PipeReader reader, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(TimeLeft(), _time);

        // Does not pass the token to the read: after a read that ends with an exception, the server cannot drain the rest of the body.
        await using var cancelsRead = late.Token.Register(reader.CancelPendingRead);
        lock (_memory.Gate)
        {
            if (_isDropped)
            {
                throw Busy();
            }

            _late = late;
        }

        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(aborted);
                if (read.IsCanceled)
                {
                    reader.AdvanceTo(read.Buffer.Start);
                    throw _isDropped ? Busy() : new BadHttpRequestException("The body took too long.", StatusCodes.Status408RequestTimeout);
                }

                if (Take(reader, read))
                {
                    return;
                }
            }
        }
        finally
        {
            lock (_memory.Gate)
            {
                _late = null;
            }
        }
    }

    /// <summary>Appends what was read. Returns whether the body is complete.</summary>
    private bool Take(PipeReader reader, ReadResult read)
    {
        try
        {
            lock (_memory.Gate)
            {
                Append(read.Buffer, read.IsCompleted);
            }

            return read.IsCompleted;
        }
        finally
        {
            // Advances also if the body is refused, because the server drains the rest from here.
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private void Append(ReadOnlySequence<byte> bytes, bool isLast)
    {
        if (_isDropped)
        {
            throw Busy();
        }

        if (bytes.Length > _maxBytes - _length)
        {
            throw TooLarge();
        }

        while (_buffer.Length - _length < bytes.Length)
        {
            Grow();
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += (int)bytes.Length;
        if (isLast)
        {
            _memory.MarkComplete(this);
        }
        else if (_counted > 0 && _length - _progress >= ProgressBytes)
        {
            _progress = _length;
            _memory.MarkProgress(this);
            _late?.CancelAfter(TimeLeft());
        }
    }

    private void Grow()
    {
        var size = Math.Min(_buffer.Length * 2, MaxBytes);
        if (!_memory.TryTake(this, size - _counted))
        {
            throw Busy();
        }

        _counted = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private TimeSpan TimeLeft()
    {
        var left = ArrivalTimeout + TimeSpan.FromSeconds(_length / (double)MinBytesPerSecond) - _time.GetElapsedTime(_start);
        var wait = _counted > 0 && left > StallTimeout ? StallTimeout : left;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private static RefusedException Busy() => new(
        RefusalCode.ServerBusy, "Too many large requests are arriving at once; send this request again in a few seconds, without pauses.")
    {
        RetryAfter = Retry,
    };
}

/// <summary>
/// Marks an action that accepts a request body of up to <see cref="RequestBody.MaxBytes"/>, because it takes lists. Every other action
/// accepts up to <see cref="RequestBody.MaxSmallBytes"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LargeBodyAttribute : Attribute
{
    /// <summary>The maximum number of JSON tokens in the body.</summary>
    public int MaxTokens { get; init; } = WireJsonInputFormatter.MaxTokens;
}
