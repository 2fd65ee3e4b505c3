namespace S3Auth.Client.Requests;

/// <summary>
/// The server that a request is meant for, as requests name it in <c>audience</c>. It comes from the URL that the client is configured to
/// call, never from an answer: a hostile server would name another server, and relay the request to it.
/// </summary>
public static class Audience
{
    private const int HttpsPort = 443;

    /// <summary>
    /// The host of a server's URL, with the port unless that is 443: <c>s3-auth.example.com</c>, <c>localhost:8000</c>, <c>example.org:80</c>,
    /// <c>[::1]:8000</c>.
    /// </summary>
    public static string Of(Uri service)
    {
        ArgumentNullException.ThrowIfNull(service);

        var host = service.HostNameType == UriHostNameType.Dns ? service.IdnHost : service.Host;
        return service.Port == HttpsPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{service.Port}");
    }
}
