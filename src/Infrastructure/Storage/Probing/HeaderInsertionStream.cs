namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Inserts header lines, unchanged, into the one HTTP/1.1 request of a connection. <see cref="HttpClient"/> refuses to send what a hostile
/// client would send (spaces in names, folded lines, a length beside chunks). Reads go to the connection directly.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="lines">The lines, each ending with CR LF, in Latin-1.</param>
internal sealed class HeaderInsertionStream(Stream connection, string lines) : Stream
{
    private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

    // The bytes written before the end of the headers; null after it.
    private MemoryStream? _headers = new();

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var ready = Insert(buffer);
        if (!ready.IsEmpty)
        {
            await connection.WriteAsync(ready, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => connection.Write(Insert(buffer.AsMemory(offset, count)).Span);

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

    public override void Flush() => connection.Flush();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => connection.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _headers?.Dispose();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private ReadOnlyMemory<byte> Insert(ReadOnlyMemory<byte> written)
    {
        if (_headers is not { } headers)
        {
            return written;
        }

        headers.Write(written.Span);
        var all = headers.GetBuffer().AsMemory(0, (int)headers.Length);
        var end = all.Span.IndexOf(EndOfHeaders);
        if (end < 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        _headers = null;
        var lastLineEnd = end + 2;
        return (byte[])[.. all.Span[..lastLineEnd], .. Encoding.Latin1.GetBytes(lines), .. all.Span[lastLineEnd..]];
    }
}
