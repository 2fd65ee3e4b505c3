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

    /// <summary>
    /// Whether a host name ends with <c>.localhost</c>, which means this machine (RFC 6761, section 6.3). A store on this machine has such
    /// a name if the bucket's name is in the host.
    /// </summary>
    internal static bool IsThisMachine(string host) => host.EndsWith(Localhost, StringComparison.OrdinalIgnoreCase);

    // The C library of most systems does not resolve names below localhost.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(
                IsThisMachine(host) ? new DnsEndPoint("localhost", port) : context.DnsEndPoint,
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
