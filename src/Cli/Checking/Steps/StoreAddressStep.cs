using System.Net;
using System.Net.Sockets;

namespace S3Auth.Cli.Checking.Steps;

/// <summary>
/// Connects to the store where the grant leads: DNS, proxy, TLS, whether a store answers, and its clock.
/// </summary>
internal sealed class StoreAddressStep : ICheckStep
{
    private const string AdviceForOperator =
        "Tell the server's operator: set S3_PUBLIC_ENDPOINT to the address where clients reach the store.";

    // The store compares the expiry of policies and URLs with its own clock.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(1);

    public string Name => "store address";

    public string Advice =>
        "Check this machine's network and firewall, or tell the server's operator that S3_PUBLIC_ENDPOINT may be wrong.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        // A listing may lead to the server itself, which an earlier step reached.
        if ((context.UploadUrl ?? context.ListUrl) is not { } url || url.Authority == context.Session.Server.Authority)
        {
            return null;
        }

        // A loopback address works only for clients on the store's own machine.
        var isThisMachine = url.IsLoopback && !context.Session.Server.IsLoopback;
        try
        {
            // The signature of an upload does not match a GET, so the store refuses it. Not an unsigned request, which Swift answers by
            // another protocol.
            using var answer = await context.Http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return isThisMachine
                ? new StepResult(Name, $"grants lead to {url.Authority}, which only this machine reaches", AdviceForOperator)
                : Judge(answer, url);
        }
        catch (HttpRequestException) when (isThisMachine)
        {
            return Failed($"grants lead to {url.Authority}, which is this machine and not the store", AdviceForOperator);
        }
        catch (HttpRequestException exception)
        {
            return Explain(exception, url, context.IsCertificateRejected);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(
                $"{url.Authority} did not answer within {context.Http.Timeout.TotalSeconds} s",
                "Check whether a firewall blocks the connection, or tell the server's operator.");
        }
    }

    private StepResult Judge(HttpResponseMessage answer, Uri url)
    {
        if ((int)answer.StatusCode >= 500)
        {
            return Failed(
                $"{url.Authority} answers {(int)answer.StatusCode}", "Try again later. If it happens again, tell the server's operator.");
        }

        if (!IsOfStore(answer))
        {
            return new StepResult(
                Name,
                $"{url.Authority} answers {(int)answer.StatusCode}, but not like an S3 store",
                "Something between this machine and the store may answer instead: a proxy, a firewall or a login page. If not, tell the "
                + "server's operator.");
        }

        var skew = answer.Headers.Date - TimeProvider.System.GetUtcNow();
        if (skew?.Duration() > MaxSkew)
        {
            return new StepResult(
                Name,
                $"{url.Authority} answers, but the store's clock is {Amount.Duration(skew.Value.Duration())} "
                + $"{(skew < TimeSpan.Zero ? "behind" : "ahead of")} this machine's",
                "This machine and the server agree about the time, so tell the server's operator: the store's clock is wrong.");
        }

        return url.Scheme == Uri.UriSchemeHttps || url.IsLoopback
            ? new StepResult(Name, $"{url.Authority} answers, and its clock is right")
            : new StepResult(
                Name,
                $"{url.Authority} answers without TLS: anyone on the network path can read the files and reuse the grants",
                "Tell the server's operator: put TLS in front of the store.");
    }

    // A store answers with XML, or at least with the id of the request.
    private static bool IsOfStore(HttpResponseMessage answer) =>
        answer.Headers.Any(header => header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
        || answer.Content.Headers.ContentType?.MediaType?.EndsWith("xml", StringComparison.OrdinalIgnoreCase) == true;

    private StepResult Explain(HttpRequestException exception, Uri url, bool isCertificateRejected) => exception switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => Failed(
            $"DNS does not know {url.Host}",
            "Check this machine's DNS settings. If other machines do not know the name either, tell the server's operator to correct "
            + "S3_PUBLIC_ENDPOINT."),
        { HttpRequestError: HttpRequestError.ProxyTunnelError } => Failed(
            $"this machine's proxy does not connect to {url.Authority}: {exception.Message}",
            $"Allow {url.Host} at the proxy, or add it to NO_PROXY."),
        { HttpRequestError: HttpRequestError.SecureConnectionError } when isCertificateRejected => Failed(
            $"this machine does not trust the certificate of {url.Authority}: {exception.InnerException?.Message ?? exception.Message}",
            "Do not continue. Check this machine's clock and certificates, or tell the server's operator."),
        { HttpRequestError: HttpRequestError.SecureConnectionError } => Failed($"{url.Authority} does not answer with TLS", Advice),
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => Failed(
            $"{url.Authority} refuses the connection",
            "No program listens there. Tell the server's operator: the store is down, or S3_PUBLIC_ENDPOINT is wrong."),
        _ => Failed(exception.Message, Advice),
    };

    private StepResult Failed(string detail, string advice) => new(Name, detail, advice, ExitCode.Unreachable);
}
