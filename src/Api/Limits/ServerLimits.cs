using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace S3Auth.Api.Limits;

/// <summary>What the server itself takes from a connection before anyone looks at it.</summary>
internal static class ServerLimits
{
    // Bodies beyond what is read (RequestBody.MaxBytes) are refused unread. Up to this size the server then takes in and drops the
    // rest, so that a client which is still sending gets to see the refusal; beyond it the connection is cut.
    private const long MaxDrainedBytes = 16 * 1024 * 1024;

    // What the server reads ahead of what it works on, for each connection. The default, 1 MiB, is for uploads, which do not come here.
    private const long ReadAheadBytes = 64 * 1024;

    internal static void Apply(KestrelServerOptions kestrel, int mostConnections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = mostConnections;
        kestrel.Limits.MaxRequestBodySize = MaxDrainedBytes;
        kestrel.Limits.MaxRequestBufferSize = ReadAheadBytes;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // Longer than load balancers keep a connection without use (60 s on AWS): the one who closes first must not be this server.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
    }
}
