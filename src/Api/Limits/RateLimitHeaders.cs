namespace S3Auth.Api.Limits;

/// <summary>
/// Writes the quota of a proved client and what is left of it today: <c>RateLimit-Policy</c> and <c>RateLimit</c>, as in the IETF draft
/// "RateLimit header fields for HTTP". q is the quota, w the window in seconds, r the rest, t the seconds until the window ends. The policy
/// "files" counts the files that a miner names for upload, and "session" the sessions with temporary credentials.
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

        var seconds = Math.Max(0, (long)Math.Ceiling((request.Day.End - time.GetUtcNow()).TotalSeconds));
        var name = request.Kind.ToName();
        var (filePolicy, files) = request.FileLimit is { } limit
            ? (Text($"\"files\";q={limit};w={DaySeconds}, "), Text($"\"files\";r={use.FilesLeft};t={seconds}, "))
            : ("", "");
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] =
            Text($"\"{name}\";q={request.Limit};w={DaySeconds}, {filePolicy}\"total\";q={request.TotalLimit};w={DaySeconds}");
        headers["RateLimit"] = Text($"\"{name}\";r={use.Left};t={seconds}, {files}\"total\";r={use.TotalLeft};t={seconds}");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
