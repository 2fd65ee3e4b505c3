namespace S3Auth.Api.Limits;

/// <summary>
/// Makes <c>Connection.RemoteIpAddress</c> the client's own address: the peer's, or behind trusted proxies the address that they
/// forward (<see cref="ForwardedFor"/>). Logs each misconfiguration once.
/// </summary>
internal sealed partial class ClientAddress(IReadOnlyList<IPNetwork> trusted, ILogger logger)
{
    private int _warnedOfUntrusted;
    private int _warnedOfMalformed;

    /// <summary>Returns whether this is the address of a trusted proxy.</summary>
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
            if (_warnedOfUntrusted == 0 && Interlocked.Exchange(ref _warnedOfUntrusted, 1) == 0)
            {
                LogUntrusted(logger, peer);
            }

            return;
        }

        context.Connection.RemoteIpAddress = ForwardedFor.FindClient(lines, peer, IsTrusted, out var isMalformed);
        context.Connection.RemotePort = 0;
        if (isMalformed && _warnedOfMalformed == 0 && Interlocked.Exchange(ref _warnedOfMalformed, 1) == 0)
        {
            LogMalformed(logger, peer);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{Peer} sends X-Forwarded-For, but is not in TRUSTED_PROXIES. If it is your proxy, add it. Until then, all clients behind it "
        + "share one limit")]
    private static partial void LogUntrusted(ILogger logger, IPAddress peer);

    // The message does not repeat the entry, because a client may have written it.
    [LoggerMessage(
        LogLevel.Warning,
        "X-Forwarded-For of the trusted proxy {Peer} has an entry that is not an IP address. The server ignores such entries. "
        + "Configure the proxy to replace the header that clients send")]
    private static partial void LogMalformed(ILogger logger, IPAddress peer);
}
