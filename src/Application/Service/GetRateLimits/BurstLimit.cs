namespace S3Auth.Application.Service;

/// <summary>How many requests one client address may send a minute; the server refuses more before it looks at them.</summary>
public sealed record BurstLimit(int PerMinute)
{
    /// <summary>120 a minute.</summary>
    public static BurstLimit Default { get; } = new(120);
}
