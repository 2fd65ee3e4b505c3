using System.Buffers;
using System.IO.Pipelines;
using S3Auth.Application.Refusals;

namespace S3Auth.Api.Json;

/// <summary>
/// A request's body, whole and in memory. What holds it grows with what has arrived, so a body of which little comes costs little,
/// whatever was said of its length; and all of it must come within <see cref="Patience"/>.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>The largest body, in bytes (512 KiB).</summary>
    internal const int MaxBytes = 512 * 1024;

    /// <summary>How long a body may take to arrive.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Most bodies fit in this; it is not counted.
    private const int SmallBytes = 4 * 1024;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly BodyMemory _memory;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBytes);
    private int _counted;
    private int _length;

    private RequestBody(BodyMemory memory) => _memory = memory;

    /// <summary>Every byte as it was received.</summary>
    internal ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="BadHttpRequestException">It is too large (413), or takes too long (408).</exception>
    /// <exception cref="RefusedException"><c>server_busy</c>: the bodies that are arriving take all the memory they may.</exception>
    internal static async Task<RequestBody> ReadAsync(HttpContext context, BodyMemory memory, TimeProvider time)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        var body = new RequestBody(memory);
        try
        {
            // Most bodies are here with their headers: then nothing needs to measure how long they take.
            var reader = context.Request.BodyReader;
            if (!reader.TryRead(out var read) || !body.Take(reader, read))
            {
                await body.FillAsync(reader, time, context.RequestAborted);
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
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _memory.GiveBack(_counted);
            (_buffer, _counted, _length) = ([], 0, 0);
        }
    }

    private async Task FillAsync(PipeReader reader, TimeProvider time, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborted);
        try
        {
            while (!Take(reader, await reader.ReadAsync(any.Token)))
            {
            }
        }
        catch (OperationCanceledException waited) when (late.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body took too long.", StatusCodes.Status408RequestTimeout, waited);
        }
    }

    /// <summary>Takes over what was read; whether that was the last of it.</summary>
    private bool Take(PipeReader reader, ReadResult read)
    {
        try
        {
            var length = read.Buffer.Length;
            if (length > MaxBytes - _length)
            {
                throw TooLarge();
            }

            while (_buffer.Length - _length < length)
            {
                Grow();
            }

            read.Buffer.CopyTo(_buffer.AsSpan(_length));
            _length += (int)length;
            return read.IsCompleted;
        }
        finally
        {
            // Also where it is refused: the server reads on from here, to drop the rest.
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private void Grow()
    {
        var size = Math.Min(_buffer.Length * 2, MaxBytes);
        if (!_memory.TryTake(size - _counted))
        {
            throw new RefusedException(RefusalCode.ServerBusy, "Too many large requests are arriving at once: send this one again in a few seconds.")
            {
                RetryAfter = Retry,
            };
        }

        _counted = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
}
