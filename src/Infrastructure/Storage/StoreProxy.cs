namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The proxy of the environment (<c>HTTPS_PROXY</c> and the like), except for a store on this machine: a proxy elsewhere cannot reach it.
/// </summary>
/// <param name="environment">The proxy of the environment.</param>
/// <param name="isForTlsOnly">
/// Whether plain HTTP goes directly. A proxy can read and clean up a plain request, so a check through it would say nothing about clients
/// that connect directly.
/// </param>
internal sealed class StoreProxy(IWebProxy environment, bool isForTlsOnly = false) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => environment.Credentials;
        set => environment.Credentials = value;
    }

    /// <summary>The proxy for requests of the server.</summary>
    internal static StoreProxy ForRequests() => new(HttpClient.DefaultProxy);

    /// <summary>The proxy for checks of what the store lets clients do.</summary>
    internal static StoreProxy ForChecks() => new(HttpClient.DefaultProxy, isForTlsOnly: true);

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : environment.GetProxy(destination);

    public bool IsBypassed(Uri host) =>
        host.IsLoopback || StoreConnections.IsThisMachine(host.Host)
        || (isForTlsOnly && host.Scheme == Uri.UriSchemeHttp) || environment.IsBypassed(host);
}
