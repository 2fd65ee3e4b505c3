using System.Diagnostics;
using System.Net.Sockets;

namespace S3Auth.Cli.Checking.Steps;

/// <summary>Connects to the server.</summary>
internal sealed class ServerStep : ICheckStep
{
    public string Name => "server";

    public string Advice => "Check the address of --server and this machine's network.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var server = context.Session.Server;
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await context.Http.GetAsync(
                new Uri(new Uri(server.AbsoluteUri.TrimEnd('/') + "/"), "healthz"), cancellationToken);
            return answer.IsSuccessStatusCode
                ? new StepResult(Name, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{server.Authority} answers in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"))
                : Failed(
                    $"{server} answered {(int)answer.StatusCode} to /healthz.",
                    "Check the address. Either it is not an S3Auth server, or a proxy does not reach the server.");
        }
        catch (HttpRequestException exception)
        {
            return Explain(exception, server, context.IsCertificateRejected);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(
                $"{server.Authority} did not answer within {context.Http.Timeout.TotalSeconds} s.",
                "Check the address, and whether a firewall blocks the connection.");
        }
    }

    private StepResult Explain(HttpRequestException exception, Uri server, bool isCertificateRejected) => exception switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => Failed(
            exception.Message, "DNS does not know this name. Check the address and this machine's DNS settings."),
        { HttpRequestError: HttpRequestError.SecureConnectionError } when isCertificateRejected => new StepResult(
            "TLS",
            exception.InnerException?.Message ?? exception.Message,
            "Do not continue: this machine does not trust the server's certificate. Check this machine's clock and certificates, or tell "
            + "the server's operator.",
            ExitCode.Unreachable),
        { HttpRequestError: HttpRequestError.SecureConnectionError } => new StepResult(
            "TLS",
            $"{server.Authority} does not answer with TLS.",
            $"If the server has no TLS, use http://{server.Authority}. Otherwise check the port, and whether a proxy answers instead of "
            + "the server.",
            ExitCode.Unreachable),
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => Failed(
            exception.Message, "No program listens there. Check the address and the port, and whether the server runs."),
        _ => Failed(exception.Message, Advice),
    };

    private StepResult Failed(string detail, string advice) => new(Name, detail, advice, ExitCode.Unreachable);
}
