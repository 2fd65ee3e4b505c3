namespace S3Auth.Cli.Grants;

/// <summary>What a hotkey has left of today's quota, for programs.</summary>
internal sealed record QuotaRecord(string Kind, long Left, long? Limit, long? FilesLeft, DateTimeOffset At, DateTimeOffset ResetsAt)
{
    /// <summary>Returns the quota that a session knows; null if it knows none.</summary>
    internal static QuotaRecord? Of(Session session) => session.Quota?.Status is { } quota
        ? new QuotaRecord(quota.Kind, quota.Left, quota.Limit, quota.FilesLeft, quota.At, quota.ResetsAt)
        : null;
}
