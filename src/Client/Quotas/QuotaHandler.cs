namespace S3Auth.Client.Quotas;

/// <summary>
/// Reads the quota of the hotkey from the headers <c>RateLimit</c> and <c>RateLimit-Policy</c> of each answer. Specification: the IETF
/// draft "RateLimit header fields for HTTP".
/// </summary>
internal sealed class QuotaHandler(TimeProvider time) : DelegatingHandler
{
    private const string FilesName = "files";
    private const string TotalName = "total";

    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(7);

    private QuotaStatus? _last;

    /// <summary>The quota in the last answer that had one; null if there was none.</summary>
    internal QuotaStatus? Last => Volatile.Read(ref _last);

    /// <summary>Reads the two headers; null if they do not name a quota of a hotkey.</summary>
    internal static QuotaStatus? Read(string? left, string? policy, DateTimeOffset now)
    {
        var items = ReadItems(left);
        foreach (var (name, values) in items)
        {
            if (name is FilesName or TotalName || !values.TryGetValue("r", out var rest) || !values.TryGetValue("t", out var seconds))
            {
                continue;
            }

            var window = TimeSpan.FromSeconds(Math.Min(seconds, (long)MaxWindow.TotalSeconds));
            return new QuotaStatus(
                name, rest, ValueOf(ReadItems(policy), name, "q"), ValueOf(items, FilesName, "r"), now, now + window);
        }

        return null;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (Read(HeaderOf(response, "RateLimit"), HeaderOf(response, "RateLimit-Policy"), time.GetUtcNow()) is { } quota)
        {
            Volatile.Write(ref _last, quota);
        }

        return response;
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static long? ValueOf(IEnumerable<(string Name, Dictionary<string, long> Values)> items, string name, string value) =>
        items.Where(item => item.Name == name).Select(item => item.Values.TryGetValue(value, out var number) ? number : (long?)null)
            .FirstOrDefault();

    /// <summary>Reads a list such as <c>"miner";r=98;t=43210, "total";r=199998;t=43210</c>. Skips invalid items.</summary>
    private static List<(string Name, Dictionary<string, long> Values)> ReadItems(string? header)
    {
        var items = new List<(string, Dictionary<string, long>)>();
        foreach (var item in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ['"', .. { Length: > 0 and <= 32 } name, '"'] || !name.All(char.IsAsciiLetterLower))
            {
                continue;
            }

            var values = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var part in parts.Skip(1))
            {
                if (part.Split('=') is [var key, var text]
                    && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    values[key] = number;
                }
            }

            items.Add((name, values));
        }

        return items;
    }
}
