namespace S3Auth.Api;

/// <summary>
/// <c>S3Auth.Api healthcheck</c>: asks the service of this machine whether it lives, for images that have no shell and no curl. It asks
/// <c>/healthz</c>, not <c>/readyz</c>: who acts on this check replaces the process, which helps when it hangs. While it drains, or while
/// the chain is away from all instances, it must not be replaced; load balancers ask <c>/readyz</c> for that.
/// </summary>
internal static class HealthCheck
{
    /// <summary>The argument that asks for it, instead of starting the service.</summary>
    internal const string Argument = "healthcheck";

    private const string Path = "/healthz";

    // Less than what whoever starts this waits for it, so that the reason is told.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks the service that has the same settings. Returns the exit code: 0 when it lives, else 1; the reason is one line.</summary>
    internal static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false).AddEnvironmentVariables().AddCommandLine(args);
        var reader = new ServiceOptionsReader(builder.Configuration, builder.Environment);
        var port = reader.Port;
        if (reader.Problems is [var problem, ..])
        {
            await output.WriteLineAsync(problem);
            return 1;
        }

        return await RunAsync(port, Patience, output);
    }

    internal static async Task<int> RunAsync(int port, TimeSpan patience, TextWriter output)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{Path}"));
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = patience };
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{address} answers {(int)answer.StatusCode}."));
            return answer.StatusCode == System.Net.HttpStatusCode.OK ? 0 : 1;
        }
        catch (HttpRequestException unreachable)
        {
            await output.WriteLineAsync($"{address} cannot be asked: {unreachable.Message}");
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{address} does not answer within {patience.TotalSeconds} s."));
        }

        return 1;
    }
}
