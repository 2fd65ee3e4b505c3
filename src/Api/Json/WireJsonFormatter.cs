using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;
using S3Auth.Application.Refusals;

namespace S3Auth.Api.Json;

/// <summary>
/// Reads requests' bodies: strict JSON, whole and in memory up to <see cref="MaxBytes"/>, each malformed member told by its name.
/// </summary>
internal sealed class WireJsonFormatter : IInputFormatter, IInputFormatterExceptionPolicy
{
    /// <summary>The largest body, in bytes (512 KiB).</summary>
    internal const int MaxBytes = 512 * 1024;

    // Refusals pass through model binding as they are, to the one place that answers them.
    InputFormatterExceptionPolicy IInputFormatterExceptionPolicy.ExceptionPolicy => InputFormatterExceptionPolicy.MalformedInputExceptions;

    public bool CanRead(InputFormatterContext context) => true;

    public async Task<InputFormatterResult> ReadAsync(InputFormatterContext context)
    {
        var request = context.HttpContext.Request;
        if (!IsJson(request.ContentType))
        {
            throw new RefusedException(RefusalCode.InvalidRequest, "Send the request as JSON with the header Content-Type: application/json.");
        }

        if (request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        var body = await ReadAllAsync(request.BodyReader, context.HttpContext.RequestAborted);
        try
        {
            return await InputFormatterResult.SuccessAsync(Deserialize(body.Buffer, context.ModelType));
        }
        finally
        {
            request.BodyReader.AdvanceTo(body.Buffer.End);
        }
    }

    private static async ValueTask<ReadResult> ReadAllAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(result.Buffer.End);
                throw TooLarge();
            }

            if (result.IsCompleted || result.IsCanceled)
            {
                return result;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static object Deserialize(ReadOnlySequence<byte> body, Type type)
    {
        if (body.IsEmpty)
        {
            throw new RefusedException(RefusalCode.InvalidRequest, "Send a JSON object as the request's body; this one is empty.");
        }

        var typeInfo = WireJson.Default.GetTypeInfo(type)
            ?? throw new InvalidOperationException($"{type} is missing in {nameof(WireJson)}.");
        try
        {
            var json = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
            return JsonSerializer.Deserialize(json, typeInfo)
                ?? throw new RefusedException(RefusalCode.InvalidRequest, "Send a JSON object as the request's body, not null.");
        }
        catch (JsonException malformed)
        {
            throw Refuse(malformed);
        }
    }

    // The path is $.member for a member's value and $ (or nothing) for the body itself. What the serializer says of the body can
    // quote parts of it and names our types, so only the place is told.
    private static RefusedException Refuse(JsonException malformed)
    {
        var path = malformed.Path ?? "$";
        if (!path.StartsWith("$.", StringComparison.Ordinal))
        {
            return new RefusedException(
                RefusalCode.InvalidRequest,
                $"Send one well-formed JSON object in UTF-8, each member once; this body stops being one at line {malformed.LineNumber + 1 ?? 1}, byte {malformed.BytePositionInLine ?? 0}.");
        }

        var member = path[2..];
        var what = malformed is MalformedMemberException ? malformed.Message : "Send this member once and as the type that /docs names.";
        return new RefusedException(
            RefusalCode.InvalidRequest,
            $"Correct '{member}': {char.ToLowerInvariant(what[0])}{what[1..]}",
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [what] });
    }
}
