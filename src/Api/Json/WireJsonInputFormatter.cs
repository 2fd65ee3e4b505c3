using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;

namespace S3Auth.Api.Json;

/// <summary>
/// Reads request bodies as strict JSON, and names the malformed member in the refusal. Also reads the proofs in the headers, because
/// they sign the bytes of the body.
/// </summary>
internal sealed class WireJsonInputFormatter(BodyMemory memory, TimeProvider time) : IInputFormatter, IInputFormatterExceptionPolicy
{
    /// <summary>
    /// The maximum number of JSON tokens in a body, except where <see cref="LargeBodyAttribute"/> allows more. Anyone can make this server
    /// parse a body before a proof is checked, and many small values cost far more than their bytes.
    /// </summary>
    internal const int MaxTokens = 4096;

    private const int MaxPathLength = 64;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = WireJson.Default.Options.MaxDepth,
    };

    // MVC must not handle refusals: ProblemMiddleware answers all of them.
    InputFormatterExceptionPolicy IInputFormatterExceptionPolicy.ExceptionPolicy => InputFormatterExceptionPolicy.MalformedInputExceptions;

    public bool CanRead(InputFormatterContext context) => true;

    public async Task<InputFormatterResult> ReadAsync(InputFormatterContext context) =>
        await InputFormatterResult.SuccessAsync(await ReadAsync(context.HttpContext, context.ModelType));

    /// <summary>Reads the body of a request and the proofs in its headers.</summary>
    /// <exception cref="RefusedException"><c>invalid_request</c>: what is malformed.</exception>
    internal async ValueTask<object> ReadAsync(HttpContext context, Type type)
    {
        var request = context.Request;

        // A browser sends a form or plain text to another site without a preflight request, but never with these headers. So with a proof
        // in the headers the content type does not matter; older clients send none.
        if (!IsJson(request.ContentType) && !ProofHeaderReader.HasAny(request.Headers))
        {
            throw new RefusedException(
                RefusalCode.InvalidRequest, "Send the request as JSON with the header Content-Type: application/json.");
        }

        using var body = await RequestBody.ReadAsync(context, memory, time);
        return AddProofs(Deserialize(body.Bytes, type, MaxTokensOf(context)), request.Headers, body.Bytes.Span);
    }

    // The proofs sign the bytes of the body, and later code does not see them.
    private static object AddProofs(object request, IHeaderDictionary headers, ReadOnlySpan<byte> body) =>
        request is SignedRequest signed && ProofHeaderReader.Read(headers, body) is { Count: > 0 } proofs
            ? signed with { HeaderProofs = proofs }
            : request;

    private static bool IsJson(string? contentType) => contentType == "application/json" || IsJsonType(contentType);

    private static bool IsJsonType(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static int MaxTokensOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<LargeBodyAttribute>()?.MaxTokens ?? MaxTokens;

    private static object Deserialize(ReadOnlyMemory<byte> body, Type type, int maxTokens)
    {
        if (body.IsEmpty)
        {
            throw new RefusedException(
                RefusalCode.InvalidRequest, "Send a JSON object as the request's body, at least {}; this body is empty.");
        }

        RequireFewTokens(body.Span, maxTokens);
        var typeInfo = WireJson.Default.GetTypeInfo(type)
            ?? throw new InvalidOperationException($"{type} is missing in {nameof(WireJson)}.");
        try
        {
            var request = JsonSerializer.Deserialize(body.Span, typeInfo)
                ?? throw new RefusedException(RefusalCode.InvalidRequest, "Send a JSON object as the request's body, not null.");
            RequireStrictJson(body);
            return request;
        }
        catch (JsonException malformed)
        {
            throw Refuse(malformed);
        }
    }

    private static void RequireFewTokens(ReadOnlySpan<byte> body, int maxTokens)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        try
        {
            for (var tokens = 1; reader.Read(); tokens++)
            {
                if (tokens > maxTokens)
                {
                    throw new RefusedException(
                        RefusalCode.InvalidRequest,
                        $"Send a smaller request: this one has more than {maxTokens} JSON names, values and brackets.");
                }
            }
        }
        catch (JsonException)
        {
            // The deserializer fails at the same byte, and knows the member.
        }
    }

    // The serializer ignores members that the request's type does not have. They must be strict JSON too, or another reader of the same
    // body, such as a proxy or a log, could read another request from it.
    private static void RequireStrictJson(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw new JsonException();
        }

        try
        {
            using var document = JsonDocument.Parse(body, Strict);
        }
        catch (InvalidOperationException)
        {
            // The name of an ignored member has half of a surrogate pair.
            throw new JsonException();
        }
    }

    // The path is $.member for a member's value, and $ or nothing for the body itself. The serializer's own message can quote parts of the
    // body and names our types, so the refusal contains only the position.
    private static RefusedException Refuse(JsonException malformed)
    {
        // An unknown name is not repeated, because it may have any length.
        var path = malformed.Path ?? "$";
        if (!path.StartsWith("$.", StringComparison.Ordinal) || path.Length > MaxPathLength)
        {
            return new RefusedException(
                RefusalCode.InvalidRequest,
                $"Send one well-formed JSON object in UTF-8, each member once; this body is malformed at line "
                + $"{malformed.LineNumber + 1 ?? 1}, byte {malformed.BytePositionInLine ?? 0}.");
        }

        var member = path[2..];
        var what = malformed is MalformedMemberException ? malformed.Message : "Send this member once, with the type that /docs shows.";
        return new RefusedException(
            RefusalCode.InvalidRequest,
            Sentence.Correct(member, what),
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [what] });
    }
}
