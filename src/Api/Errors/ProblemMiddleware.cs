using Microsoft.AspNetCore.Connections;

namespace S3Auth.Api.Errors;

/// <summary>
/// Answers every error as <c>application/problem+json</c>: refusals, errors of the HTTP server (body too large, unknown path), and
/// unexpected exceptions, which it logs once and describes to the client without their cause. It also counts the answers to signed
/// requests.
/// </summary>
internal sealed partial class ProblemMiddleware(
    RequestDelegate next, ApiMetrics metrics, RecentAnswers answers, ILogger<ProblemMiddleware> logger)
{
    /// <summary>How many requests are refused on one connection before the server closes it.</summary>
    internal const int MaxRefusalsPerConnection = 16;

    private const string ContentType = "application/problem+json";

    private static readonly RequestsPerConnection Refusals = new(MaxRefusalsPerConnection);

    /// <summary>The <c>detail</c> for a body above this limit in bytes.</summary>
    internal static string TooLargeDetail(int maxBytes) => $"Send a body of at most {maxBytes / 1024} KiB.";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.StatusCode == StatusCodes.Status200OK && IsSigned(context))
            {
                answers.Granted();
            }
        }
        catch (RefusedException refused) when (!context.Response.HasStarted)
        {
            if (refused.RetryAfter is { } retryAfter)
            {
                context.Response.Headers.RetryAfter = ((long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            await WriteAsync(context, ProblemKind.Of(refused.Code), refused.Message, refused.Errors);
            return;
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            var (kind, detail) = Describe(bad, context);
            await WriteAsync(context, kind, detail);
            return;
        }
        catch (Exception left) when (left is ConnectionResetException or ConnectionAbortedException
            || (left is OperationCanceledException && context.RequestAborted.IsCancellationRequested))
        {
            // The client disconnected. This is not logged, so that clients cannot fill the log. Abort stops the server from reading the
            // rest of the body.
            context.Abort();
            return;
        }
        catch (Exception unexpected) when (!context.Response.HasStarted)
        {
            // Logs the route instead of the path, because the path of a listing link contains its token.
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            LogUnexpected(unexpected, context.TraceIdentifier, context.Request.Method, route ?? context.Request.Path.ToString());
            await WriteAsync(
                context,
                ProblemKind.Internal,
                "The server failed on this request; try again, and if it fails again, tell the operator the request id "
                    + $"{context.TraceIdentifier}.");
            return;
        }

        if (!context.Response.HasStarted && context.Response.ContentLength is null or 0 && context.Response.ContentType is null)
        {
            await WriteBareStatusAsync(context);
        }
    }

    private static bool IsSigned(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RefusesAttribute>() is { IsSigned: true };

    private static (ProblemKind Kind, string Detail) Describe(BadHttpRequestException bad, HttpContext context) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => (ProblemKind.TooLarge, TooLargeDetail(RequestBody.LimitOf(context))),
        StatusCodes.Status408RequestTimeout => (ProblemKind.Timeout, "Send the whole request without long pauses."),
        _ => (ProblemKind.Of(RefusalCode.InvalidRequest), "Send a well-formed HTTP request."),
    };

    private Task WriteBareStatusAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => WriteAsync(
            context, ProblemKind.NotFound, "Use one of the paths that /openapi.json and /docs list."),
        StatusCodes.Status401Unauthorized => WriteAsync(
            context,
            ProblemKind.Unauthorized,
            "Send the header Authorization: Bearer with the token that the operator set for the metrics."),
        StatusCodes.Status405MethodNotAllowed => WriteAsync(
            context, ProblemKind.MethodNotAllowed, $"Use a method that this path allows: {context.Response.Headers.Allow}."),
        _ => Task.CompletedTask,
    };

    private async Task WriteAsync(
        HttpContext context, ProblemKind kind, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
    {
        metrics.Refused(kind.Code);
        if (IsSigned(context))
        {
            answers.Refused(kind.Code);
        }

        context.Response.StatusCode = kind.Status;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = ContentType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(kind.With(detail, context.TraceIdentifier, errors), WireJson.Readable.Problem);
        context.Response.ContentLength = json.Length;
        Refusals.Add(context);
        if (kind.Status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.Connection = "close";
        }

        // Answers to other methods are already timed (SlowReaderTimeouts).
        await using var timed = HttpMethods.IsPost(context.Request.Method)
            ? new TimedStream(new TimedWriter(context, isProved: false))
            : null;
        await (timed ?? context.Response.Body).WriteAsync(json, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed unexpectedly: {Method} {Path}")]
    private partial void LogUnexpected(Exception unexpected, string requestId, string method, string path);
}
