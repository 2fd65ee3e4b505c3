namespace S3Auth.DevelopmentStore;

/// <summary>Times as HTTP headers carry them: whole seconds, RFC 9110's preferred form.</summary>
internal static class HttpTime
{
    /// <summary>Now, cut to whole seconds, so that what is stored equals what a client sends back.</summary>
    public static DateTimeOffset Now(TimeProvider time) => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    public static string Format(DateTimeOffset moment) => moment.ToString("R", CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
}
