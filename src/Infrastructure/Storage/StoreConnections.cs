namespace S3Auth.Infrastructure.Storage;

/// <summary>How this server connects to the store.</summary>
internal static class StoreConnections
{
    private const string Localhost = ".localhost";

    /// <summary>Creates a handler without redirects and cookies.</summary>
    internal static SocketsHttpHandler Create(IWebProxy proxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = proxy,
        ConnectCallback = ConnectAsync,
    };

    // Names below localhost mean this machine (RFC 6761, section 6.3), but the C library of most systems does not resolve them. Stores on
    // this machine have such names if the bucket is in the host.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(
                host.EndsWith(Localhost, StringComparison.OrdinalIgnoreCase) ? new DnsEndPoint("localhost", port) : context.DnsEndPoint,
                cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
