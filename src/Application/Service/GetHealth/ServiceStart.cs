namespace S3Auth.Application.Service;

/// <summary>When this process started.</summary>
internal sealed record ServiceStart(DateTimeOffset Moment);
