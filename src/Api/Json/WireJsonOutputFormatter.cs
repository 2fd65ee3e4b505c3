using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace S3Auth.Api.Json;

/// <summary>
/// Writes answers as <see cref="WireJson"/> says, whatever the client says it accepts: there is nothing but JSON. It goes
/// straight into the response: most of an answer is its URLs, and they are copied once.
/// </summary>
internal sealed class WireJsonOutputFormatter : IOutputFormatter, IApiResponseTypeMetadataProvider
{
    private const string MediaType = "application/json";
    private const string ContentType = MediaType + "; charset=utf-8";

    // Nothing is escaped that JSON does not want escaped, so that people can read the URLs. What serializers write needs no second look.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public bool CanWriteResult(OutputFormatterCanWriteContext context) => true;

    public IReadOnlyList<string>? GetSupportedContentTypes(string? contentType, Type objectType) => [MediaType];

    public Task WriteAsync(OutputFormatterWriteContext context)
    {
        var answer = context.Object ?? throw new InvalidOperationException("Every answer has a body.");
        var typeInfo = WireJson.Default.GetTypeInfo(answer.GetType())
            ?? throw new InvalidOperationException($"{answer.GetType()} is missing in {nameof(WireJson)}.");

        var response = context.HttpContext.Response;
        response.ContentType = ContentType;
        using (var json = new Utf8JsonWriter(response.BodyWriter, Plain))
        {
            JsonSerializer.Serialize(json, answer, typeInfo);
        }

        return response.BodyWriter.FlushAsync(context.HttpContext.RequestAborted).AsTask();
    }
}
