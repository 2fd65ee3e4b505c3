namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The URLs of the bucket. If the operator leaves the addressing to the server, <see cref="StoreSurveyor"/> may replace the route at the
/// first contact with a store that needs the other addressing. From the first success on, the route stays. Reading never waits.
/// </summary>
internal sealed class StoreEndpoints
{
    private volatile StoreRoute _current;
    private volatile StoreRoute? _alternative;

    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    internal StoreEndpoints(StorageOptions options)
    {
        _current = new StoreRoute(options, options.Addressing ?? DefaultOf(options));
        _alternative = options is { Addressing: null, Endpoint: { } endpoint } && CanHaveBucketInHosts(options, endpoint)
            ? new StoreRoute(options, S3Addressing.Virtual)
            : null;
    }

    /// <summary>The current route.</summary>
    internal StoreRoute Current => _current;

    /// <summary>The route to try if the store does not work by the current one; null if there is no choice, or not any more.</summary>
    internal StoreRoute? Alternative => _alternative;

    /// <summary>Uses a route from now on.</summary>
    internal void Keep(StoreRoute route)
    {
        _current = route;
        _alternative = null;
    }

    // AWS recommends the bucket's name in the host. Other stores need a wildcard name in DNS for that, which many do not have.
    private static S3Addressing DefaultOf(StorageOptions options) =>
        options.Endpoint is null && !options.Bucket.Contains('.', StringComparison.Ordinal) ? S3Addressing.Virtual : S3Addressing.Path;

    private static bool CanHaveBucketInHosts(StorageOptions options, Uri endpoint) =>
        BucketName.IsValid(options.Bucket)
        && S3Endpoint.CanHaveBucketInHost(endpoint)
        && S3Endpoint.CanHaveBucketInHost(options.PublicEndpoint ?? endpoint);
}
