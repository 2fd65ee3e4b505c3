namespace S3Auth.S3;

/// <summary>
/// The URL of a bucket, with the host and path that a signature covers. On AWS it is
/// <c>https://{bucket}.s3.{region}.amazonaws.com</c>. If the name has dots, the bucket is in the path instead, because AWS's certificate
/// does not cover such a host. At other stores the bucket follows the path of the endpoint.
/// </summary>
public sealed class S3Endpoint
{
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private readonly byte[] _host;
    private readonly byte[] _path;

    private S3Endpoint(string scheme, string host, string path)
    {
        Host = host;
        Path = path;
        Origin = $"{scheme}://{host}";
        _host = Encoding.ASCII.GetBytes(host);
        _path = Encoding.ASCII.GetBytes(path);
    }

    /// <summary>The <c>Host</c> header that clients send: without the port if it is the scheme's default.</summary>
    public string Host { get; }

    /// <summary>The path before <c>/{key}</c>, percent-encoded. It is empty, or begins with a slash and does not end with one.</summary>
    public string Path { get; }

    /// <summary>Scheme and host: <c>https://host</c>.</summary>
    public string Origin { get; }

    /// <summary>The URL of the bucket, for POST forms. It ends with a slash if the bucket is in the host.</summary>
    public string BucketUrl => Path.Length == 0 ? Origin + "/" : Origin + Path;

    internal ReadOnlySpan<byte> HostBytes => _host;

    internal ReadOnlySpan<byte> PathBytes => _path;

    /// <summary>Returns the endpoint of a bucket on AWS.</summary>
    /// <exception cref="ArgumentException">Bucket or region cannot be part of a host name.</exception>
    public static S3Endpoint Aws(string bucket, string region)
    {
        RequireHostPart(bucket, nameof(bucket));
        RequireHostPart(region, nameof(region));

        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        return bucket.Contains('.', StringComparison.Ordinal)
            ? new S3Endpoint("https", $"s3.{region}.{domain}", "/" + bucket)
            : OfHost($"{bucket}.s3.{region}.{domain}");
    }

    /// <summary>Returns the endpoint of a bucket on another S3-compatible store, in path style.</summary>
    /// <param name="endpoint">An http or https URL, optionally with a path, without user, query and fragment.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <exception cref="ArgumentException">The endpoint is not such a URL, or the bucket's name is empty.</exception>
    public static S3Endpoint PathStyle(Uri endpoint, string bucket)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        if (!IsUsable(endpoint))
        {
            throw new ArgumentException("Not an http or https URL without user, query and fragment.", nameof(endpoint));
        }

        var host = endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        return new S3Endpoint(
            endpoint.Scheme,
            endpoint.IsDefaultPort ? host : FormattableString.Invariant($"{host}:{endpoint.Port}"),
            $"{endpoint.AbsolutePath.TrimEnd('/')}/{S3UriEncoding.EncodeComponent(bucket)}");
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
