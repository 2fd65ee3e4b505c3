namespace S3Auth.Cli.Grants;

/// <summary>What a hotkey has left of today's quota, for programs.</summary>
internal sealed record QuotaRecord(
    string Type, string Kind, long Left, long? Limit, long? FilesLeft, DateTimeOffset At, DateTimeOffset ResetsAt)
{
    internal static QuotaRecord Of(QuotaStatus quota) =>
        new("quota", quota.Kind, quota.Left, quota.Limit, quota.FilesLeft, quota.At, quota.ResetsAt);
}
