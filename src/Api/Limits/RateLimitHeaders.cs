using System.Collections.Concurrent;

namespace S3Auth.Api.Limits;

/// <summary>
/// Writes the quota of a proved client and what is left of it today: <c>RateLimit-Policy</c> and <c>RateLimit</c>, as in the IETF draft
/// "RateLimit header fields for HTTP". q is the quota, w the window in seconds, r the rest, t the seconds until the window ends. The policy
/// "files" counts the files that a miner names for upload, and "session" the sessions with temporary credentials.
/// </summary>
internal sealed class RateLimitHeaders(TimeProvider time)
{
    private const int DaySeconds = 24 * 60 * 60;

    // Enough for three policies with numbers of any size.
    private const int MaxLength = 256;

    // The limits are settings, so there are only a few policies.
    private readonly ConcurrentDictionary<(GrantKind Kind, long Limit, long? FileLimit, long TotalLimit), string> _policies = [];

    /// <summary>Writes the headers, unless the request was not counted.</summary>
    internal void Write(HttpContext context, QuotaUsage use)
    {
        if (use.Request is not { } request)
        {
            return;
        }

        var seconds = Math.Max(0, (long)Math.Ceiling((request.Day.End - time.GetUtcNow()).TotalSeconds));
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] = _policies.GetOrAdd(
            (request.Kind, request.Limit, request.FileLimit, request.TotalLimit),
            policy => Join(policy.Kind, 'q', policy.Limit, policy.FileLimit, policy.TotalLimit, 'w', DaySeconds));
        headers["RateLimit"] =
            Join(request.Kind, 'r', use.Left, request.FileLimit is null ? null : use.FilesLeft, use.TotalLeft, 't', seconds);
    }

    // Formats all policies into one buffer, so that the header is the only allocation.
    private static string Join(GrantKind kind, char what, long own, long? files, long total, char when, long seconds)
    {
        Span<char> buffer = stackalloc char[MaxLength];
        var length = 0;
        Append(buffer, ref length, kind.ToName(), what, own, when, seconds);
        if (files is { } count)
        {
            Append(buffer, ref length, "files", what, count, when, seconds);
        }

        Append(buffer, ref length, "total", what, total, when, seconds);
        return new string(buffer[..length]);
    }

    private static void Append(Span<char> buffer, ref int length, string name, char what, long count, char when, long seconds)
    {
        var separator = length > 0 ? ", " : "";
        buffer[length..].TryWrite(
            CultureInfo.InvariantCulture, $"{separator}\"{name}\";{what}={count};{when}={seconds}", out var written);
        length += written;
    }
}
