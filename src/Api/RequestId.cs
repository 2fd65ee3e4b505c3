using System.Diagnostics;

namespace S3Auth.Api;

/// <summary>
/// Gives every response an <c>X-Request-ID</c>: the client's own if it is short and safe to log, otherwise a new one. Keeps it and the
/// client's address for the audit record.
/// </summary>
internal static class RequestId
{
    internal const string Header = "X-Request-ID";

    private const int MaxLength = 64;

    internal static void UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var own = context.Request.Headers[Header];
        if (own.Count == 1 && IsSafe(own[0]))
        {
            context.TraceIdentifier = own[0]!;
        }
        else
        {
            context.TraceIdentifier = ActivityTraceId.CreateRandom().ToHexString();
        }

        context.Response.Headers[Header] = context.TraceIdentifier;

        var origin = context.RequestServices.GetRequiredService<RequestOrigin>();
        origin.RequestId = context.TraceIdentifier;
        origin.ClientAddress = context.Connection.RemoteIpAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : null;
        origin.ClientGroup = BurstLimiter.BucketOf(context.Connection.RemoteIpAddress);
        return next(context);
    });

    private static bool IsSafe(string? id) =>
        id is { Length: > 0 and <= MaxLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
