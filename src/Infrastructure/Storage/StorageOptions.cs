namespace S3Auth.Infrastructure.Storage;

/// <summary>Which bucket this service grants access to, and where. Whoever uses these checks them by doing so, at the start.</summary>
public sealed class StorageOptions
{
    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its region, which signatures name.</summary>
    public required string Region { get; init; }

    /// <summary>Where this service reaches the store; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where clients reach the store, when that is elsewhere; null for the same.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>How it is used.</summary>
    public StoreUsage Usage { get; init; } = new();

    /// <summary>Fixed keys; null for the AWS SDK's default chain (environment, web identity, profile, ECS, EC2).</summary>
    public SigningCredentials? Credentials { get; init; }

    /// <summary>Where clients reach the bucket.</summary>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL.</exception>
    internal S3Endpoint ForClients() => At(PublicEndpoint ?? Endpoint);

    /// <summary>Where this service reaches the bucket.</summary>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL.</exception>
    internal S3Endpoint ForService() => At(Endpoint);

    private S3Endpoint At(Uri? endpoint) => endpoint is null ? S3Endpoint.Aws(Bucket, Region) : S3Endpoint.PathStyle(endpoint, Bucket);
}
