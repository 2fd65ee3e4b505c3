namespace S3Auth.DevelopmentStore;

/// <summary>Times as in HTTP headers: whole seconds in the format that RFC 9110 prefers.</summary>
internal static class HttpTime
{
    /// <summary>
    /// Returns the current time, truncated to whole seconds, so that a stored time equals the one that a client sends back.
    /// </summary>
    public static DateTimeOffset Now(TimeProvider time) => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    public static string Format(DateTimeOffset moment) => moment.ToString("R", CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
}
