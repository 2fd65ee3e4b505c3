namespace S3Auth.Infrastructure.Storage;

/// <summary>The bucket that this server grants access to. <c>AddS3Storage</c> validates the options.</summary>
public sealed class StorageOptions
{
    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>The bucket's region, which is part of each signature.</summary>
    public required string Region { get; init; }

    /// <summary>The endpoint that this server uses; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The endpoint that clients use; null if it is the same.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>How the store is used.</summary>
    public StoreUsage Usage { get; init; } = new();

    /// <summary>Fixed keys; null for the AWS SDK's default chain (environment, web identity, profile, ECS, EC2).</summary>
    public SigningCredentials? Credentials { get; init; }

    /// <summary>Returns the endpoint that clients use.</summary>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL.</exception>
    internal S3Endpoint ForClients() => At(PublicEndpoint ?? Endpoint);

    /// <summary>Returns the endpoint that this server uses.</summary>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL.</exception>
    internal S3Endpoint ForService() => At(Endpoint);

    private S3Endpoint At(Uri? endpoint) => endpoint is null ? S3Endpoint.Aws(Bucket, Region) : S3Endpoint.PathStyle(endpoint, Bucket);
}
