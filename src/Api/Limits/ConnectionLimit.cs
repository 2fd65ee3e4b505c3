using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace S3Auth.Api.Limits;

/// <summary>
/// Closes the connections that one client (<see cref="ClientNetwork"/>) opens above its limit, so that a few addresses cannot take all
/// connections. Trusted proxies carry the requests of many clients, and have no limit.
/// </summary>
/// <param name="maxPerClient">The maximum number of connections of one client.</param>
/// <param name="isExempt">Whether an address is that of a trusted proxy.</param>
/// <param name="logger">Gets one warning, with the first address that exceeds the limit.</param>
internal sealed partial class ConnectionLimit(int maxPerClient, Func<IPAddress, bool> isExempt, ILogger logger)
{
    // The minimum of the limit, for low rate limits.
    private const int MinPerClient = 100;

    private readonly Dictionary<UInt128, int> _open = [];
    private readonly Lock _gate = new();
    private int _hasWarned;

    /// <summary>
    /// The limit of one client: one connection for each request that the rate limit allows in two minutes. The server closes idle
    /// connections sooner than that. Raising the rate limit, for clients that share an address, raises this limit too.
    /// </summary>
    internal static int MaxPerClientOf(int requestsPerMinute) => Math.Max(MinPerClient, 2 * requestsPerMinute);

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
            if (_hasWarned == 0 && Interlocked.Exchange(ref _hasWarned, 1) == 0)
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

    [LoggerMessage(
        LogLevel.Warning,
        "{Peer} has {Max} open connections; the server closes further ones. If it is your proxy, add it to TRUSTED_PROXIES")]
    private static partial void LogTooMany(ILogger logger, IPAddress peer, int max);
}
