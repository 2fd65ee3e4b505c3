using System.Text.Json;

namespace S3Auth.Client.Requests;

/// <summary>Turns a problem response (RFC 9457) into a <see cref="RefusedException"/>.</summary>
internal sealed class RefusalHandler : DelegatingHandler
{
    private const string ProblemMediaType = "application/problem+json";

    private const int MaxProblemBytes = 64 * 1024;

    /// <summary>Reads the problem in a response, of at most 64 KiB; null if the response has none.</summary>
    /// <exception cref="HttpRequestException">The body is larger.</exception>
    internal static async Task<Problem?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != ProblemMediaType)
        {
            return null;
        }

        await response.Content.LoadIntoBufferAsync(MaxProblemBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(
                await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), ApiJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != ProblemMediaType)
        {
            return response;
        }

        using (response)
        {
            var problem = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            throw new RefusedException(
                problem?.Code ?? "unknown",
                response.StatusCode,
                problem?.Detail ?? $"The server refused the request with status {(int)response.StatusCode} and gave no reason.",
                problem?.Request_id,
                problem?.Errors,
                response.Headers.RetryAfter?.Delta);
        }
    }
}
