using System.Globalization;

namespace S3Auth.S3;

/// <summary>
/// Creates presigned URLs and forms with one date and one set of credentials. Immutable. Lifetimes are in seconds from that date, 1 to
/// 604,800 (seven days). Other values throw <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public sealed class DatedSigner
{
    private readonly byte[] _timestamp = new byte[SigV4Names.TimestampLength];

    internal DatedSigner(S3Endpoint endpoint, string bucket, DayKey key, DateTimeOffset moment)
    {
        Endpoint = endpoint;
        Bucket = bucket;
        Key = key;
        Moment = moment;
        moment.UtcDateTime.TryFormat(_timestamp, out _, SigV4Names.TimestampFormat, CultureInfo.InvariantCulture);
    }

    internal S3Endpoint Endpoint { get; }

    internal string Bucket { get; }

    internal DayKey Key { get; }

    internal DateTimeOffset Moment { get; }

    /// <summary>The date as in <c>X-Amz-Date</c>.</summary>
    internal ReadOnlySpan<byte> Timestamp => _timestamp;

    /// <summary>Returns a URL that downloads an object.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    public PresignedUrl PresignGet(string key, long seconds)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        RequireLifetime(seconds);
        return new PresignedUrl(this, "GET", key, seconds);
    }

    /// <summary>Returns a URL that uploads an object.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    /// <param name="contentLength">The required size of the upload in bytes; null for any.</param>
    /// <param name="barred">How the URL forbids headers. A store that needs another way refuses the URL.</param>
    public PresignedUrl PresignPut(string key, long seconds, long? contentLength = null, BarredHeaders barred = BarredHeaders.None) =>
        PresignPut(key, seconds, new PutRules(contentLength, barred));

    /// <summary>Returns a URL that uploads an object, or a part of one, within rules.</summary>
    /// <param name="key">The object's key. It is not normalised.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    /// <param name="rules">What the upload must be.</param>
    public PresignedUrl PresignPut(string key, long seconds, in PutRules rules)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        RequireLifetime(seconds);
        if (rules.ContentLength is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(rules));
        }

        S3Parameter[]? part = rules.Part is { } one
            ? [new S3Parameter("partNumber", one.Number.ToString(CultureInfo.InvariantCulture)), new S3Parameter("uploadId", one.UploadId)]
            : null;
        return new PresignedUrl(this, "PUT", key, seconds) { Headers = new SignedHeaders(rules), Parameters = part };
    }

    /// <summary>Returns a URL for any request, for requests of this server itself, never for clients.</summary>
    /// <param name="request">The request.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    internal PresignedUrl Presign(S3Request request, long seconds)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequireLifetime(seconds);
        return new PresignedUrl(this, request.Method, request.Key, seconds)
        {
            Headers = new SignedHeaders(default, request.Headers),
            Parameters = request.Query,
        };
    }

    /// <summary>
    /// Returns a URL for one listing (ListObjectsV2). The names in the answer are percent-encoded (<c>encoding-type=url</c>), because XML
    /// 1.0 cannot contain most control characters, so that one such key would make the page unreadable.
    /// </summary>
    /// <param name="listing">The parameters of the listing.</param>
    /// <param name="seconds">The lifetime of the URL.</param>
    public PresignedUrl PresignList(in S3Listing listing, long seconds)
    {
        RequireLifetime(seconds);
        if (listing.MaxKeys is { } maxKeys)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maxKeys, 1, nameof(listing));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(maxKeys, 1000, nameof(listing));
        }

        return new PresignedUrl(this, "GET", key: null, seconds) { Listing = listing };
    }

    /// <summary>
    /// Returns the fields of a POST form for one object, or for any number of objects below a prefix. The signed policy covers every field
    /// except the file.
    /// </summary>
    /// <param name="rules">The rules of the form.</param>
    /// <param name="seconds">The lifetime of the form.</param>
    /// <returns>The fields, signed when they are first written. For a prefix, <c>key</c> ends with <c>${filename}</c>.</returns>
    public FormFields SignPost(in PostPolicyRules rules, long seconds)
    {
        RequireLifetime(seconds);
        return new PostForm(this, rules, seconds);
    }

    private static void RequireLifetime(long seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, SigV4Names.MaxExpirySeconds);
    }
}
