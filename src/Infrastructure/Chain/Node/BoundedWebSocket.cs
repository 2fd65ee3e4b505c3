using System.Net.WebSockets;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A WebSocket that refuses messages longer than <see cref="MaxMessageBytes"/>. Its reader buffers whole messages, so a node could
/// otherwise exhaust the memory.
/// </summary>
internal sealed class BoundedWebSocket(WebSocket inner) : WebSocket
{
    /// <summary>The maximum length of a message: 64 MiB.</summary>
    internal const int MaxMessageBytes = 64 * 1024 * 1024;

    private long _received;

    /// <summary>Whether the connection was aborted because a message was too long.</summary>
    internal bool Exceeded { get; private set; }

    public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

    public override string? CloseStatusDescription => inner.CloseStatusDescription;

    public override WebSocketState State => inner.State;

    public override string? SubProtocol => inner.SubProtocol;

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await inner.ReceiveAsync(buffer, cancellationToken);
        Count(result.Count, result.EndOfMessage);
        return result;
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await inner.ReceiveAsync(buffer, cancellationToken);
        Count(result.Count, result.EndOfMessage);
        return result;
    }

    public override Task SendAsync(
        ArraySegment<byte> buffer,
        WebSocketMessageType messageType,
        bool endOfMessage,
        CancellationToken cancellationToken) =>
        inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);

    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer,
        WebSocketMessageType messageType,
        bool endOfMessage,
        CancellationToken cancellationToken) =>
        inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus,
        string? statusDescription,
        CancellationToken cancellationToken) =>
        inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override void Abort() => inner.Abort();

    [SuppressMessage("Usage", "CA2215", Justification = "The base class has nothing to dispose of; its method is abstract.")]
    public override void Dispose() => inner.Dispose();

    private void Count(int bytes, bool endOfMessage)
    {
        _received += bytes;
        if (_received > MaxMessageBytes)
        {
            Exceeded = true;
            inner.Abort();
            throw new WebSocketException(WebSocketError.HeaderError, $"A message is longer than {MaxMessageBytes} bytes.");
        }

        if (endOfMessage)
        {
            _received = 0;
        }
    }
}
