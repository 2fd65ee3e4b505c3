namespace S3Auth.Infrastructure.Audit;

/// <summary>Where decisions are recorded besides the standard output.</summary>
/// <param name="Folder">The folder of the daily files; null for none.</param>
public sealed record AuditOptions(string? Folder);
