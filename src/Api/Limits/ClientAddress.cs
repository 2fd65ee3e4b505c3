using System.Net;

namespace S3Auth.Api.Limits;

/// <summary>
/// Makes <c>Connection.RemoteIpAddress</c> the client's own address: the peer's, or behind trusted proxies the one that they name
/// (<see cref="ForwardedFor"/>). Logs once what keeps it from being right.
/// </summary>
internal sealed partial class ClientAddress(IReadOnlyList<IPNetwork> trusted, ILogger logger)
{
    private int _toldOfUntrusted;
    private int _toldOfMalformed;

    /// <summary>Whether this is the address of a trusted proxy.</summary>
    internal bool IsTrusted(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in trusted)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    internal void Apply(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } peer || !context.Request.Headers.TryGetValue(ForwardedFor.Header, out var lines))
        {
            return;
        }

        if (!IsTrusted(peer))
        {
            if (_toldOfUntrusted == 0 && Interlocked.Exchange(ref _toldOfUntrusted, 1) == 0)
            {
                LogUntrusted(logger, peer);
            }

            return;
        }

        context.Connection.RemoteIpAddress = ForwardedFor.FindClient(lines, peer, IsTrusted, out var isMalformed);
        context.Connection.RemotePort = 0;
        if (isMalformed && _toldOfMalformed == 0 && Interlocked.Exchange(ref _toldOfMalformed, 1) == 0)
        {
            LogMalformed(logger, peer);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Peer} sends X-Forwarded-For, but is not in TRUSTED_PROXIES: if it is a proxy of yours, all clients behind it share one limit until it is")]
    private static partial void LogUntrusted(ILogger logger, IPAddress peer);

    // What stands in the entry is not repeated: a client may have written it.
    [LoggerMessage(LogLevel.Warning, "The X-Forwarded-For of the trusted proxy {Peer} has an entry that is no IP address; such entries are ignored. Let the proxy replace what clients send")]
    private static partial void LogMalformed(ILogger logger, IPAddress peer);
}
