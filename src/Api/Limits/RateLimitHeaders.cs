namespace S3Auth.Api.Limits;

/// <summary>
/// Tells a client that was proved how many grants it has, and has left today (<c>RateLimit-Policy</c> and <c>RateLimit</c>, as the IETF's
/// draft has them: q is the quota, w the window in seconds, r what remains, t the seconds until it begins anew).
/// </summary>
internal static class RateLimitHeaders
{
    private const int DaySeconds = 24 * 60 * 60;

    /// <summary>Nothing is told of a request that was not counted.</summary>
    internal static void Write(HttpContext context, QuotaUse use, TimeProvider time)
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
