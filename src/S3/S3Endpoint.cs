namespace S3Auth.S3;

/// <summary>
/// Where a bucket is reached: the URL that comes before an object's key, and the host and path that a signature covers.
/// On AWS <c>https://{bucket}.s3.{region}.amazonaws.com</c> (the bucket in the path where its name has dots, for which no
/// certificate holds); elsewhere the bucket follows the endpoint's own path.
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

    /// <summary>What clients send as <c>Host</c>: without the port where it is the scheme's default.</summary>
    public string Host { get; }

    /// <summary>What precedes <c>/{key}</c> in the path, percent-encoded; empty or beginning with a slash, never ending with one.</summary>
    public string Path { get; }

    /// <summary>Scheme and host, <c>https://host</c>.</summary>
    public string Origin { get; }

    /// <summary>The bucket's own URL, where POST forms go. Ends with a slash where the host names the bucket.</summary>
    public string BucketUrl => Path.Length == 0 ? Origin + "/" : Origin + Path;

    internal ReadOnlySpan<byte> HostBytes => _host;

    internal ReadOnlySpan<byte> PathBytes => _path;

    /// <summary>The bucket on AWS.</summary>
    /// <exception cref="ArgumentException">Bucket or region cannot be part of a host.</exception>
    public static S3Endpoint Aws(string bucket, string region)
    {
        RequireHostPart(bucket, nameof(bucket));
        RequireHostPart(region, nameof(region));

        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        return bucket.Contains('.', StringComparison.Ordinal)
            ? new S3Endpoint("https", $"s3.{region}.{domain}", "/" + bucket)
            : OfHost($"{bucket}.s3.{region}.{domain}");
    }

    /// <summary>The bucket on another S3-compatible store, in path style.</summary>
    /// <param name="endpoint">An http or https URL, with a path where the store is behind one; without user, query and fragment.</param>
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

    /// <summary>A bucket that its host alone names.</summary>
    internal static S3Endpoint OfHost(string host) => new("https", host, "");

    /// <summary>The bucket's URL.</summary>
    public override string ToString() => BucketUrl;

    private static void RequireHostPart(string value, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (value.AsSpan().ContainsAnyExcept(HostCharacters))
        {
            throw new ArgumentException("Only lower-case letters, digits, dots and hyphens can stand in a host.", parameter);
        }
    }
}
