namespace S3Auth.Api;

/// <summary>
/// <c>S3Auth.Api healthcheck</c>: checks whether the service on this machine is alive, for images without a shell and curl. It calls
/// <c>/healthz</c>, not <c>/readyz</c>, because a failed check restarts the process. A restart helps a process that hangs. It does not help
/// one that drains, or that cannot reach the chain; load balancers find that out from <c>/readyz</c>.
/// </summary>
internal static class HealthCheck
{
    /// <summary>The first argument that runs this check instead of the service.</summary>
    internal const string Argument = "healthcheck";

    private const string Path = "/healthz";

    // Less than the timeouts of Docker and Kubernetes, so that they log the reason.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Checks the service that has the same settings. Writes the result as one line.</summary>
    /// <returns>The exit code: 0 if the service is alive, else 1.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var reader = ServiceOptionsReader.OfThisProcess(args, out _);
        var port = reader.Port;
        if (reader.Problems is [var problem, ..])
        {
            await output.WriteLineAsync(problem);
            return 1;
        }

        return await RunAsync(port, Timeout, output);
    }

    internal static async Task<int> RunAsync(int port, TimeSpan timeout, TextWriter output)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{Path}"));
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = timeout };
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{address} answers {(int)answer.StatusCode}."));
            return answer.StatusCode == System.Net.HttpStatusCode.OK ? 0 : 1;
        }
        catch (HttpRequestException unreachable)
        {
            await output.WriteLineAsync($"{address} cannot be reached: {unreachable.Message}");
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{address} does not answer within {timeout.TotalSeconds} s."));
        }

        return 1;
    }
}
