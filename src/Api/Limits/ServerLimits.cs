using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace S3Auth.Api.Limits;

/// <summary>What the server itself takes from a connection before anyone looks at it.</summary>
internal static class ServerLimits
{
    // Bodies beyond what is read (RequestBody.MaxBytes) are refused unread. Up to this size the server then takes in and drops the
    // rest, so that a client which is still sending gets to see the refusal; beyond it the connection is cut.
    private const long MaxDrainedBytes = 16 * 1024 * 1024;

    // How far the server reads ahead on each connection. The default, 1 MiB, is for uploads, which this server does not take.
    private const long ReadAheadBytes = 32 * 1024;

    // How much of an answer waits for a client before the writer waits, too.
    private const long WriteBehindBytes = 32 * 1024;

    /// <summary>The memory that one connection can hold while nobody reads or works on it, in bytes.</summary>
    internal const long BytesPerConnection = ReadAheadBytes + WriteBehindBytes;

    // Of the memory that this process may use.
    private const int ConnectionShare = 4;

    // Without this the kernel buffers up to 4 MiB for a client that reads nothing, and reports progress of a slow one only after it has
    // read a third of that. A client 100 ms away still gets more than 2 MiB a second.
    private const int SendBufferBytes = 256 * 1024;

    /// <summary>Bounds what the kernel keeps of answers for one connection.</summary>
    internal static void Apply(SocketTransportOptions sockets) => sockets.CreateBoundListenSocket = endpoint =>
    {
        // Connections inherit the options of the socket that accepts them.
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SendBufferSize = SendBufferBytes;
        return socket;
    };

    /// <summary>The number of connections whose buffers fit into a quarter of this process's memory.</summary>
    internal static long MaxConnectionsOfThisProcess() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ConnectionShare / BytesPerConnection;

    internal static void Apply(KestrelServerOptions kestrel, int mostConnections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = Math.Min(mostConnections, MaxConnectionsOfThisProcess());
        kestrel.Limits.MaxResponseBufferSize = WriteBehindBytes;
        kestrel.Limits.MaxRequestBodySize = MaxDrainedBytes;
        kestrel.Limits.MaxRequestBufferSize = ReadAheadBytes;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // For what TimedWriter does not time: what is left in a connection's buffer when it ends.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4 * 1024, gracePeriod: TimeSpan.FromSeconds(5));

        // Longer than load balancers keep a connection without use (60 s on AWS): the one who closes first must not be this server.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
    }
}
