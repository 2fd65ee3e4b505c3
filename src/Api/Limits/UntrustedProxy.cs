using System.Net;

namespace S3Auth.Api.Limits;

/// <summary>
/// Tells the operator once that requests come through a proxy whose word is not taken: then all clients behind it look like one, and
/// share one limit.
/// </summary>
internal sealed partial class UntrustedProxy(IReadOnlyList<IPNetwork> trusted, ILogger logger)
{
    private int _told;

    internal void Look(HttpContext context)
    {
        if (_told == 0
            && context.Request.Headers.ContainsKey("X-Forwarded-For")
            && context.Connection.RemoteIpAddress is { } peer
            && !trusted.Any(network => network.Contains(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer))
            && Interlocked.Exchange(ref _told, 1) == 0)
        {
            LogUntrusted(logger, peer);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Peer} sends X-Forwarded-For, but is not in TRUSTED_PROXIES: if it is a proxy of yours, all clients behind it share one limit until it is")]
    private static partial void LogUntrusted(ILogger logger, IPAddress peer);
}
