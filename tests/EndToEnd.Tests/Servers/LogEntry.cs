namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>An entry of the service's log or audit. A line in another format counts as critical.</summary>
internal sealed record LogEntry(string Level, string Text)
{
    /// <summary>The level of a line of the audit.</summary>
    public const string AuditLevel = "Audit";

    private const string AuditCategory = "S3Auth.Audit";

    private static readonly string[] Quiet = ["Trace", "Debug", "Information", AuditLevel];

    /// <summary>True if the level is above Information. Kestrel's warning of a machine that is too busy does not count.</summary>
    public bool IsAboveInformation => !Quiet.Contains(Level, StringComparer.Ordinal)
        && !Text.Contains("the heartbeat has been running for", StringComparison.Ordinal);

    /// <summary>True if it says that the object store does not answer, which a deployment without a store expects.</summary>
    public bool IsAboutMissingStore =>
        Text.Contains("The object store at", StringComparison.Ordinal) && Text.Contains("does not answer", StringComparison.Ordinal);

    public static LogEntry Parse(string line)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            if (entry.RootElement.ValueKind == JsonValueKind.Object
                && entry.RootElement.TryGetProperty("category", out var category)
                && category.ValueEquals(AuditCategory))
            {
                return new LogEntry(AuditLevel, line);
            }

            return entry.RootElement.ValueKind == JsonValueKind.Object && entry.RootElement.TryGetProperty("LogLevel", out var level)
                ? new LogEntry(level.GetString() ?? "", line)
                : new LogEntry("Critical", line);
        }
        catch (JsonException)
        {
            return new LogEntry("Critical", line);
        }
    }
}
