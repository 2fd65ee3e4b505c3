namespace S3Auth.Application.Service;

/// <summary>
/// The maximum number of requests of one client address in a minute. The server refuses further requests before it reads them.
/// </summary>
public sealed record BurstLimit(int PerMinute)
{
    /// <summary>120 a minute.</summary>
    public static BurstLimit Default { get; } = new(120);
}
