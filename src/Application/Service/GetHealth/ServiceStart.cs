namespace S3Auth.Application.Service.GetHealth;

/// <summary>When this process started.</summary>
internal sealed class ServiceStart(TimeProvider time)
{
    internal DateTimeOffset Moment { get; } = time.GetUtcNow();
}
