using System.Net.Sockets;

namespace S3Auth.Client.Requests;

/// <summary>Describes a transient failure in a few words. The description contains host and port, but no path or query of a URL.</summary>
internal static class RetryReason
{
    /// <summary>Describes the failure of a request.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="peer">The other side: the server or the store.</param>
    internal static string Of(Exception exception, string peer) => exception switch
    {
        StoreException store => $"the store answered {(int)store.Status} {store.Code}",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } failure =>
            $"the host name of {peer} cannot be resolved: {Lower(failure.Message)}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } tls } =>
            $"the TLS connection to {peer} failed: {Lower(tls.Message)}",
        HttpRequestException failure when failure.HttpRequestError == HttpRequestError.ConnectionError
            || failure.InnerException is SocketException => $"{peer} is not reachable: {Lower(failure.Message)}",
        HttpIOException or HttpRequestException { InnerException: IOException } => $"the connection to {peer} broke",
        _ => Lower(exception.Message),
    };

    /// <summary>Describes an answer of the server.</summary>
    internal static async Task<string> OfAsync(HttpResponseMessage response)
    {
        var answer = $"the server answered {(int)response.StatusCode}";
        var problem = await RefusalHandler.ReadAsync(response, CancellationToken.None).ConfigureAwait(false);
        return problem switch
        {
            { Code: { } code, Detail: { Length: > 0 } detail } => $"{answer} {code}: {detail.TrimEnd('.')}",
            { Code: { } code } => $"{answer} {code}",
            _ => answer,
        };
    }

    private static string Lower(string message)
    {
        var text = message.TrimEnd('.');
        return text is [var first, var second, ..] && char.IsUpper(first) && char.IsLower(second)
            ? char.ToLowerInvariant(first) + text[1..]
            : text;
    }
}
