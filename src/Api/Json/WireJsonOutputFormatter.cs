using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;

namespace S3Auth.Api.Json;

/// <summary>
/// Writes answers as <see cref="WireJson"/> and ignores the Accept header. Writes a small answer at once, and a large one in chunks, as
/// fast as its client reads, compressed if the client accepts it.
/// </summary>
internal sealed class WireJsonOutputFormatter : IOutputFormatter, IApiResponseTypeMetadataProvider
{
    private const string MediaType = "application/json";
    private const string ContentType = MediaType + "; charset=utf-8";

    // Escapes only what JSON requires, so that people can read URLs. The serializer writes valid JSON, so validation would only cost time.
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    // Each thread keeps a writer, because creating one allocates more than writing a small answer.
    [ThreadStatic]
    private static Utf8JsonWriter? _ofThisThread;

    public bool CanWriteResult(OutputFormatterCanWriteContext context) => true;

    public IReadOnlyList<string>? GetSupportedContentTypes(string? contentType, Type objectType) => [MediaType];

    public Task WriteAsync(OutputFormatterWriteContext context) => WriteAsync(context.HttpContext, context.Object);

    internal static Task WriteAsync(HttpContext context, object? answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        context.Response.ContentType = ContentType;
        return answer is ILargeResponse ? WriteLargeAsync(context, answer) : WriteAtOnceAsync(context, answer);
    }

    private static Task WriteAtOnceAsync(HttpContext context, object answer)
    {
        var typeInfo = WireJson.Default.GetTypeInfo(answer.GetType()) ?? throw Missing(answer);
        var body = context.Response.BodyWriter;
        var json = _ofThisThread ??= new Utf8JsonWriter(body, Plain);
        json.Reset(body);
        JsonSerializer.Serialize(json, answer, typeInfo);

        var flush = body.FlushAsync(context.RequestAborted);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : Timed(context).WaitForClientAsync(flush).AsTask();
    }

    // The serializer flushes about every 16 KiB, and continues when the writer's flush completes. Small answers are not compressed: it
    // would cost a grant more time than it saves, and clients such as python-requests ask for it in every request.
    private static async Task WriteLargeAsync(HttpContext context, object answer)
    {
        var typeInfo = WireJson.Readable.GetTypeInfo(answer.GetType()) ?? throw Missing(answer);
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (ContentCoding.Choose(context.Request.Headers.AcceptEncoding) is not { } coding)
        {
            await JsonSerializer.SerializeAsync(Timed(context), answer, typeInfo, context.RequestAborted);
            return;
        }

        using var compressed = new CompressedWriter(Timed(context), headers, coding);
        await JsonSerializer.SerializeAsync(compressed, answer, typeInfo, context.RequestAborted);
        await compressed.EndAsync(context.RequestAborted);
    }

    private static TimedWriter Timed(HttpContext context) => new(context, isProved: HttpMethods.IsPost(context.Request.Method));

    private static InvalidOperationException Missing(object answer) => new($"{answer.GetType()} is missing in {nameof(WireJson)}.");
}
