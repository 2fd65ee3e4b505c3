using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace S3Auth.Api.Limits;

/// <summary>
/// Closes the connections that one client (<see cref="ClientNetwork"/>) opens beyond its share, so that a few addresses cannot take all that
/// the server has. Trusted proxies carry many clients' requests and have no share.
/// </summary>
/// <param name="maxPerClient">The most connections of one client.</param>
/// <param name="isExempt">Whether an address is that of a trusted proxy.</param>
/// <param name="logger">Told once, with the first address.</param>
internal sealed partial class ConnectionLimit(int maxPerClient, Func<IPAddress, bool> isExempt, ILogger logger)
{
    // Nobody needs fewer, however few requests it may send.
    private const int MinPerClient = 100;

    private readonly Dictionary<UInt128, int> _open = [];
    private readonly Lock _gate = new();
    private int _told;

    /// <summary>
    /// One client's share: what two minutes' worth of requests can use, one request each, which is also longer than the server keeps an idle
    /// connection. Whoever raises the rate for clients behind one address raises this with it.
    /// </summary>
    internal static int ShareOf(int requestsPerMinute) => Math.Max(MinPerClient, 2 * requestsPerMinute);

    internal async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if ((connection.RemoteEndPoint as IPEndPoint)?.Address is not { } peer || isExempt(peer))
        {
            await next(connection);
            return;
        }

        var client = ClientNetwork.Of(peer);
        if (!TryOpen(client))
        {
            if (_told == 0 && Interlocked.Exchange(ref _told, 1) == 0)
            {
                LogTooMany(logger, peer, maxPerClient);
            }

            connection.Abort(new ConnectionAbortedException("This client has too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Close(client);
        }
    }

    private bool TryOpen(UInt128 client)
    {
        lock (_gate)
        {
            ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, client, out _);
            if (open == maxPerClient)
            {
                return false;
            }

            open++;
            return true;
        }
    }

    private void Close(UInt128 client)
    {
        lock (_gate)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_open, client) == 0)
            {
                _open.Remove(client);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Peer} has {Max} open connections; the server closes further ones. If it is your proxy, add it to TRUSTED_PROXIES")]
    private static partial void LogTooMany(ILogger logger, IPAddress peer, int max);
}
