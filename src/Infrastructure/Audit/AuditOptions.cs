namespace S3Auth.Infrastructure.Audit;

/// <summary>Where audit records are written besides standard output.</summary>
/// <param name="Folder">The folder of the daily files; null for none.</param>
public sealed record AuditOptions(string? Folder);
