namespace S3Auth.Api.Limits;

/// <summary>
/// Writes the quota of a proved client and what is left of it today: <c>RateLimit-Policy</c> and <c>RateLimit</c>, as in the IETF draft
/// "RateLimit header fields for HTTP". q is the quota, w the window in seconds, r the rest, t the seconds until the window ends.
/// </summary>
internal static class RateLimitHeaders
{
    private const int DaySeconds = 24 * 60 * 60;

    /// <summary>Writes the headers, unless the request was not counted.</summary>
    internal static void Write(HttpContext context, QuotaUsage use, TimeProvider time)
    {
        if (use.Request is not { } request)
        {
            return;
        }

        var name = request.Role == Role.Validator ? "validator" : "miner";
        var seconds = Math.Max(0, (long)Math.Ceiling((request.Day.End - time.GetUtcNow()).TotalSeconds));
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture, $"\"{name}\";q={request.Limit};w={DaySeconds}, \"total\";q={request.TotalLimit};w={DaySeconds}");
        headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"\"{name}\";r={use.Left};t={seconds}, \"total\";r={use.TotalLeft};t={seconds}");
    }
}
