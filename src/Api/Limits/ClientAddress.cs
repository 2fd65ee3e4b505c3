using Microsoft.AspNetCore.HttpOverrides;

namespace S3Auth.Api.Limits;

/// <summary>
/// Who the client is behind proxies: what the nearest trusted proxy says, and before that the next one. The first that is not trusted is
/// the client, whatever it says of itself.
/// </summary>
internal static class ClientAddress
{
    /// <param name="app">Where to.</param>
    /// <param name="trusted">The networks of the proxies whose <c>X-Forwarded-For</c> is believed.</param>
    internal static void UseClientAddress(this WebApplication app, IReadOnlyList<System.Net.IPNetwork> trusted)
    {
        var untrusted = new UntrustedProxy(trusted, app.Logger);
        app.Use((context, next) =>
        {
            untrusted.Look(context);
            return next(context);
        });
        if (trusted.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in trusted)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
