namespace S3Auth.Infrastructure.Storage;

/// <summary>The bucket that this server grants access to. <c>AddS3Storage</c> validates the options.</summary>
public sealed record StorageOptions
{
    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>The bucket's region, which is part of each signature.</summary>
    public required string Region { get; init; }

    /// <summary>The endpoint that this server uses; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The endpoint that clients use; null if it is the same.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>
    /// Where URLs have the bucket's name; null to let the server choose: the host on AWS (the path if the name has a dot); elsewhere the
    /// path, or the host if the store works only that way.
    /// </summary>
    public S3Addressing? Addressing { get; init; }

    /// <summary>The origins of pages that use the bucket from a browser; empty for none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>How the store is used.</summary>
    public StoreUsage Usage { get; init; } = new();

    /// <summary>Fixed keys; null for the AWS SDK's default chain (environment, web identity, profile, ECS, EC2).</summary>
    public SigningCredentials? Credentials { get; init; }
}
