using System.Net;

namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reads the presigned listing of the grant, as other programs would.</summary>
internal sealed class ListUrlStep : ICheckStep
{
    public string Name => "list URL";

    public string Advice => "Tell the server's operator.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.ListUrl is not { } url)
        {
            return null;
        }

        try
        {
            var status = await ReadAsync(context.Http, url, cancellationToken);
            return (int)status is >= 200 and <= 299
                ? new StepResult(Name, "works from here")
                : new StepResult(
                    Name,
                    $"the store answered {(int)status}",
                    "The store refuses the keys that the server signs with. Tell the server's operator.",
                    ExitCode.Refused);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return new StepResult(
                Name,
                exception.Message,
                $"This machine cannot reach the store at {url.Authority}. Check this machine's network, or ask the operator to correct "
                + "S3_PUBLIC_ENDPOINT.",
                ExitCode.Unreachable);
        }
    }

    // The server may redirect once, to a page of the listing at the store. The request carries no proof.
    private static async Task<HttpStatusCode> ReadAsync(HttpClient http, Uri url, CancellationToken cancellationToken)
    {
        using var first = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (first is not { StatusCode: HttpStatusCode.TemporaryRedirect, Headers.Location: { } location })
        {
            return first.StatusCode;
        }

        using var page = await http.GetAsync(new Uri(url, location), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return page.StatusCode;
    }
}
