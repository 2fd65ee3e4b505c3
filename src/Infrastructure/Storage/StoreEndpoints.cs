namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The URLs of the bucket. If the operator leaves the addressing to the server, <see cref="StoreMonitor"/> may replace the route at the
/// first contact with a store that needs the other addressing. Reading never waits.
/// </summary>
internal sealed class StoreEndpoints
{
    private volatile StoreRoute _current;

    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    internal StoreEndpoints(StorageOptions options)
    {
        _current = new StoreRoute(options, options.Addressing ?? DefaultOf(options));
        Alternative = options is { Addressing: null, Endpoint: { } endpoint } && CanHaveBucketInHosts(options, endpoint)
            ? new StoreRoute(options, S3Addressing.Virtual)
            : null;
    }

    /// <summary>The current route.</summary>
    internal StoreRoute Current => _current;

    /// <summary>The route to try if the store does not work by the default one; null if there is no choice.</summary>
    internal StoreRoute? Alternative { get; }

    /// <summary>Uses <see cref="Alternative"/> from now on.</summary>
    internal void UseAlternative() => _current = Alternative ?? _current;

    // AWS documents the host; other stores have no wildcard name unless their operator made one.
    private static S3Addressing DefaultOf(StorageOptions options) =>
        options.Endpoint is null && !options.Bucket.Contains('.', StringComparison.Ordinal) ? S3Addressing.Virtual : S3Addressing.Path;

    private static bool CanHaveBucketInHosts(StorageOptions options, Uri endpoint) =>
        BucketName.IsValid(options.Bucket)
        && S3Endpoint.CanHaveBucketInHost(endpoint)
        && S3Endpoint.CanHaveBucketInHost(options.PublicEndpoint ?? endpoint);
}
