namespace S3Auth.Application.Service.GetHealth;

/// <summary>When this process started.</summary>
internal sealed record ServiceStart(DateTimeOffset Moment);
