namespace S3Auth.Cli.Migration;

/// <summary>Streams a file of the Hub. If the connection breaks, resumes with another connection at the same byte.</summary>
/// <param name="open">Opens the file at a position.</param>
/// <param name="size">The size of the file in bytes.</param>
internal sealed class HubFileStream(Func<long, CancellationToken, Task<HttpResponseMessage>> open, long size) : Stream
{
    private const int MaxReconnects = 5;

    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);

    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _reconnects;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var read = await ReadOnceAsync(buffer, cancellationToken);
                if (read == 0 && _position < size)
                {
                    throw new HttpIOException(HttpRequestError.ResponseEnded, "The Hub's answer ended before the end of the file.");
                }

                _position += read;
                _reconnects = read > 0 ? 0 : _reconnects;
                return read;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException && ++_reconnects <= MaxReconnects)
            {
                await CloseAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(200 * _reconnects), cancellationToken);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body?.Dispose();
            _response?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_body is null)
        {
            if (_position >= size && size > 0)
            {
                return 0;
            }

            _response = await open(_position, cancellationToken);
            _body = await _response.Content.ReadAsStreamAsync(cancellationToken);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StallTimeout);
        try
        {
            return await _body.ReadAsync(buffer, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"The Hub sent nothing for {StallTimeout.TotalSeconds:0} s.");
        }
    }

    private async Task CloseAsync()
    {
        if (_body is not null)
        {
            await _body.DisposeAsync();
        }

        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
