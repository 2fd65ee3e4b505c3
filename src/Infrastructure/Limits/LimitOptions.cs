namespace S3Auth.Infrastructure.Limits;

/// <summary>Where used proofs and grants are counted.</summary>
public sealed record LimitOptions
{
    /// <summary>The Redis in which all instances count together; null for each on its own.</summary>
    public RedisAddress? Redis { get; init; }

    /// <summary>Whether requests are refused (503) while that Redis is away; else each instance counts on its own meanwhile.</summary>
    public bool RedisIsRequired { get; init; }

    /// <summary>The subnet: services of several may share one Redis.</summary>
    public required ushort Netuid { get; init; }
}
