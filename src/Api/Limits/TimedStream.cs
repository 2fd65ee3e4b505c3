namespace S3Auth.Api.Limits;

/// <summary>Response body that sends large writes in chunks through a <see cref="TimedWriter"/>, as fast as the client reads.</summary>
internal sealed class TimedStream(TimedWriter writer) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(buffer.Length, TimedWriter.ChunkBytes);
            var flushed = await writer.WriteAsync(buffer[..length], cancellationToken);
            if (flushed.IsCompleted)
            {
                // The client disconnected.
                return;
            }

            buffer = buffer[length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException("Write answers asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write answers asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
