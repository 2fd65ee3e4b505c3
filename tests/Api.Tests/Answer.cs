namespace S3Auth.Api.Tests;

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(int Status, string? ContentType, string RequestId, string Text)
{
    internal JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    internal string Code => (string)Json["code"]!;

    internal string Detail => (string)Json["detail"]!;

    internal static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.TryGetValues("X-Request-ID", out var ids) ? ids.Single() : "",
        await response.Content.ReadAsStringAsync());
}
