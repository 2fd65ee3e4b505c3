namespace S3Auth.S3;

/// <summary>
/// The URL of a bucket, with the host and path that a signature covers: the bucket's name is in the path or in the host. Specification:
/// "Virtual hosting of general purpose buckets", Amazon S3 User Guide.
/// </summary>
public sealed class S3Endpoint
{
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private readonly byte[] _origin;
    private readonly byte[] _host;
    private readonly byte[] _path;

    private S3Endpoint(string scheme, string host, string path)
    {
        Host = host;
        Path = path;
        Origin = $"{scheme}://{host}";
        _origin = Encoding.ASCII.GetBytes(Origin);
        _host = Encoding.ASCII.GetBytes(host);
        _path = Encoding.ASCII.GetBytes(path);
        BucketUrl = path.Length == 0 ? Origin + "/" : Origin + path;
    }

    /// <summary>The <c>Host</c> header that clients send: without the port if it is the scheme's default.</summary>
    public string Host { get; }

    /// <summary>The path before <c>/{key}</c>, percent-encoded. It is empty, or begins with a slash and does not end with one.</summary>
    public string Path { get; }

    /// <summary>Scheme and host: <c>https://host</c>.</summary>
    public string Origin { get; }

    /// <summary>The URL of the bucket, for POST forms. It ends with a slash if the bucket is in the host.</summary>
    public string BucketUrl { get; }

    internal ReadOnlySpan<byte> OriginBytes => _origin;

    internal ReadOnlySpan<byte> HostBytes => _host;

    internal ReadOnlySpan<byte> PathBytes => _path;

    /// <summary>Returns the endpoint of a bucket on AWS.</summary>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="region">The bucket's region.</param>
    /// <param name="addressing">
    /// Where the bucket's name is; null for the host, or for the path if the name has dots, because AWS's certificate does not cover such a
    /// host.
    /// </param>
    /// <exception cref="ArgumentException">Bucket or region cannot be part of a host name.</exception>
    public static S3Endpoint Aws(string bucket, string region, S3Addressing? addressing = null)
    {
        RequireHostPart(bucket, nameof(bucket));
        RequireHostPart(region, nameof(region));

        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        var hasDots = bucket.Contains('.', StringComparison.Ordinal);
        return (addressing ?? (hasDots ? S3Addressing.Path : S3Addressing.Virtual)) == S3Addressing.Path
            ? new S3Endpoint("https", $"s3.{region}.{domain}", "/" + bucket)
            : OfHost($"{bucket}.s3.{region}.{domain}");
    }

    /// <summary>Returns the endpoint of a bucket on another S3-compatible store.</summary>
    /// <param name="endpoint">An http or https URL, optionally with a path, without user, query and fragment.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="addressing">Where the bucket's name is: after the path of the endpoint, or before its host.</param>
    /// <exception cref="ArgumentException">
    /// The endpoint is not such a URL, the bucket's name is empty, or it is to be in the host of an IP address or cannot be part of a host
    /// name.
    /// </exception>
    public static S3Endpoint Of(Uri endpoint, string bucket, S3Addressing addressing)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        if (!IsUsable(endpoint))
        {
            throw new ArgumentException("Not an http or https URL without user, query and fragment.", nameof(endpoint));
        }

        var host = endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        var path = endpoint.AbsolutePath.TrimEnd('/');
        if (addressing == S3Addressing.Path)
        {
            path = $"{path}/{S3UriEncoding.EncodeComponent(bucket)}";
        }
        else if (CanHaveBucketInHost(endpoint))
        {
            RequireHostPart(bucket, nameof(bucket));
            host = $"{bucket}.{host}";
        }
        else
        {
            throw new ArgumentException("An IP address cannot have a bucket's name before it.", nameof(endpoint));
        }

        return new S3Endpoint(
            endpoint.Scheme, endpoint.IsDefaultPort ? host : FormattableString.Invariant($"{host}:{endpoint.Port}"), path);
    }

    /// <summary>Returns the endpoint of the store itself, without a bucket, for a list of buckets.</summary>
    /// <param name="endpoint">The endpoint; null for AWS.</param>
    /// <param name="region">The region, for AWS.</param>
    /// <exception cref="ArgumentException">The endpoint is not usable, or the region cannot be part of a host name.</exception>
    public static S3Endpoint OfStore(Uri? endpoint, string region)
    {
        var bucket = endpoint is null ? Aws("bucket", region, S3Addressing.Path) : Of(endpoint, "bucket", S3Addressing.Path);
        var scheme = bucket.Origin[..bucket.Origin.IndexOf(':', StringComparison.Ordinal)];
        return new S3Endpoint(scheme, bucket.Host, bucket.Path[..^"/bucket".Length]);
    }

    /// <summary>Whether the name of a bucket can stand before the host of this endpoint: not before an IP address.</summary>
    public static bool CanHaveBucketInHost(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.HostNameType == UriHostNameType.Dns;
    }

    /// <summary>Whether a URL can be an endpoint: absolute, http or https, without user, query and fragment.</summary>
    public static bool IsUsable(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.IsAbsoluteUri
            && endpoint.Scheme is "https" or "http"
            && endpoint.UserInfo.Length == 0
            && endpoint.Query.Length == 0
            && endpoint.Fragment.Length == 0;
    }

    /// <summary>Returns the endpoint of a bucket that is in the host name only.</summary>
    internal static S3Endpoint OfHost(string host) => new("https", host, "");

    /// <summary>Returns <see cref="BucketUrl"/>.</summary>
    public override string ToString() => BucketUrl;

    private static void RequireHostPart(string value, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (value.AsSpan().ContainsAnyExcept(HostCharacters))
        {
            throw new ArgumentException("A host name may contain only lower-case letters, digits, dots and hyphens.", parameter);
        }
    }
}
