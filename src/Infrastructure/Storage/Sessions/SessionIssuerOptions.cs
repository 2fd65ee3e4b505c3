using S3Auth.Application.Sessions;

namespace S3Auth.Infrastructure.Storage;

/// <summary>How the server issues temporary credentials.</summary>
public sealed record SessionIssuerOptions
{
    /// <summary>No temporary credentials.</summary>
    public static SessionIssuerOptions Off { get; } = new();

    /// <summary>The kind of temporary credentials.</summary>
    public SessionMode Mode { get; init; }

    /// <summary>For <see cref="SessionMode.Sts"/>: the ARN of the role that sessions have; null for other kinds.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The maximum duration of a session. The check of the store tests whether the role allows it.</summary>
    public TimeSpan MaxDuration { get; init; } = SessionRules.DefaultDuration;

    /// <summary>For <see cref="SessionMode.Sts"/>: the endpoint of the STS; null for that of the store, which is AWS's on AWS.</summary>
    public Uri? StsEndpoint { get; init; }

    /// <summary>The timeout of one call to the STS, including the wait for a free slot. Default 5 s.</summary>
    public TimeSpan StsTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of concurrent calls to the STS; later ones wait. Default 16.</summary>
    public int StsCallsAtOnce { get; init; } = 16;

    /// <summary>
    /// Whether an endpoint is one of Cloudflare R2: <c>https://ACCOUNT.r2.cloudflarestorage.com</c>, or that of a jurisdiction.
    /// </summary>
    public static bool IsR2(Uri? endpoint) => R2SessionSource.IsR2(endpoint);
}
