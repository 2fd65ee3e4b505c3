using System.Text.Json;

namespace S3Auth.Client.Requests;

/// <summary>Turns an answer that is a problem (RFC 9457) into a <see cref="RefusedException"/>.</summary>
internal sealed class RefusalHandler : DelegatingHandler
{
    internal const string ProblemMediaType = "application/problem+json";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != ProblemMediaType)
        {
            return response;
        }

        using (response)
        {
            var problem = Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            throw new RefusedException(
                problem?.Code ?? "unknown",
                response.StatusCode,
                problem?.Detail ?? $"The server refused with status {(int)response.StatusCode} and did not say why.",
                problem?.Request_id,
                problem?.Errors,
                response.Headers.RetryAfter?.Delta);
        }
    }

    private static Problem? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
