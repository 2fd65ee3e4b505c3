namespace S3Auth.Infrastructure.Storage;

/// <summary>The URLs of the bucket in one addressing, and the signers for them. Immutable and thread-safe.</summary>
internal sealed class StoreRoute
{
    /// <exception cref="ArgumentException">
    /// Bucket, region or endpoint cannot be part of a URL or of a signature, or not in this addressing.
    /// </exception>
    internal StoreRoute(StorageOptions options, S3Addressing addressing)
    {
        Addressing = addressing;
        Service = At(options.Endpoint);
        Clients = At(options.PublicEndpoint ?? options.Endpoint);
        ServiceSigner = new SigV4Signer(Service, options.Bucket, options.Region);
        ClientSigner = new SigV4Signer(Clients, options.Bucket, options.Region);

        S3Endpoint At(Uri? endpoint) => endpoint is null
            ? S3Endpoint.Aws(options.Bucket, options.Region, addressing)
            : S3Endpoint.Of(endpoint, options.Bucket, addressing);
    }

    /// <summary>Where the URLs have the bucket's name.</summary>
    internal S3Addressing Addressing { get; }

    /// <summary>The bucket as this server reaches it.</summary>
    internal S3Endpoint Service { get; }

    /// <summary>The bucket as clients reach it.</summary>
    internal S3Endpoint Clients { get; }

    /// <summary>Signs requests of this server.</summary>
    internal SigV4Signer ServiceSigner { get; }

    /// <summary>Signs requests of clients.</summary>
    internal SigV4Signer ClientSigner { get; }

    /// <summary>Whether clients reach the bucket by another URL than this server.</summary>
    internal bool HasPublicEndpoint => !string.Equals(Service.BucketUrl, Clients.BucketUrl, StringComparison.Ordinal);
}
