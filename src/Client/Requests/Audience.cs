namespace S3Auth.Client.Requests;

/// <summary>
/// Computes the member <c>audience</c> of a request, which names the server that the request is for. It comes from the URL that the client
/// calls, and never from an answer: a hostile server could name another server, and relay the request to it.
/// </summary>
public static class Audience
{
    private const int HttpsPort = 443;

    /// <summary>
    /// Returns the host of a server's URL, with the port unless that is 443: <c>s3-auth.example.com</c>, <c>localhost:8000</c>,
    /// <c>example.org:80</c>, <c>[::1]:8000</c>.
    /// </summary>
    public static string Of(Uri service)
    {
        ArgumentNullException.ThrowIfNull(service);

        var host = service.HostNameType == UriHostNameType.Dns ? service.IdnHost : service.Host;
        return service.Port == HttpsPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{service.Port}");
    }
}
