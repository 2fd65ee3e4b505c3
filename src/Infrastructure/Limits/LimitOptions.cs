namespace S3Auth.Infrastructure.Limits;

/// <summary>Where used proofs and quotas are stored.</summary>
public sealed record LimitOptions
{
    /// <summary>The Redis that all instances share; null if each instance counts on its own.</summary>
    public RedisAddress? Redis { get; init; }

    /// <summary>Whether requests are refused (503) while Redis is down. Otherwise each instance counts on its own meanwhile.</summary>
    public bool RedisIsRequired { get; init; }

    /// <summary>The timeout of the ping that decides whether a silent Redis is down.</summary>
    internal TimeSpan RedisPingTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The name of the deployment, <c>network:netuid:bucket</c>. All its instances have the same one. Every key in Redis contains it,
    /// because several deployments may share one Redis.
    /// </summary>
    public required string Scope { get; init; }
}
