using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace S3Auth.Api.Limits;

/// <summary>Limits of Kestrel and its sockets: connections, buffers, headers, timeouts.</summary>
internal static class ServerLimits
{
    // A body that is too large (RequestBody.MaxBytes) is refused. Up to this size, Kestrel then reads and drops the rest, so that a client
    // that is still sending receives the refusal. For a larger body it closes the connection.
    private const long MaxDrainedBytes = 16 * 1024 * 1024;

    // The size of the read buffer of a connection. The default, 1 MiB, is for uploads, which this server does not accept.
    private const long ReadAheadBytes = 32 * 1024;

    // The size of the write buffer of a connection. The writer of an answer waits when it is full.
    private const long WriteBehindBytes = 32 * 1024;

    /// <summary>The maximum memory of the buffers of one connection, in bytes.</summary>
    internal const long BytesPerConnection = ReadAheadBytes + WriteBehindBytes;

    // The connections get this fraction (1/4) of the memory that this process may use.
    private const int ConnectionShare = 4;

    // By default the kernel buffers up to 4 MiB for a client that does not read, and reports progress of a slow client only after a third
    // of that. With this size, a client with a round trip of 100 ms still gets more than 2 MiB a second.
    private const int SendBufferBytes = 256 * 1024;

    /// <summary>Limits the kernel's send buffer of each connection.</summary>
    internal static void Apply(SocketTransportOptions sockets) => sockets.CreateBoundListenSocket = endpoint =>
    {
        // Connections inherit the options of the socket that accepts them.
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SendBufferSize = SendBufferBytes;
        return socket;
    };

    /// <summary>Returns the number of connections whose buffers fit into a quarter of this process's memory.</summary>
    internal static long MaxConnectionsOfThisProcess() =>
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ConnectionShare / BytesPerConnection;

    internal static void Apply(KestrelServerOptions kestrel, int maxConnections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = Math.Min(maxConnections, MaxConnectionsOfThisProcess());
        kestrel.Limits.MaxResponseBufferSize = WriteBehindBytes;
        kestrel.Limits.MaxRequestBodySize = MaxDrainedBytes;
        kestrel.Limits.MaxRequestBufferSize = ReadAheadBytes;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // TimedWriter does not time the rest of an answer that is in the buffer when the writer ends.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4 * 1024, gracePeriod: TimeSpan.FromSeconds(5));

        // Longer than the idle timeout of load balancers (60 s on AWS). A load balancer must close first, or it sends a request into a
        // closed connection.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
    }
}
