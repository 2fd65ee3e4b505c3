namespace S3Auth.S3;

/// <summary>
/// Presigns GET, PUT and ListObjectsV2 URLs and POST forms for one bucket. Does no I/O. Thread-safe.
/// Specification: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
/// </summary>
public sealed class SigV4Signer
{
    private readonly S3Endpoint _endpoint;
    private readonly string _bucket;
    private readonly string _region;

    // The derived key of the day, replaced as a whole. If threads race at midnight or at a rotation, each uses a correct key, and at worst
    // a key is derived twice.
    private DayKey? _dayKey;

    /// <param name="endpoint">The bucket's endpoint that clients use.</param>
    /// <param name="bucket">The bucket's name, for POST policies.</param>
    /// <param name="region">The region of the credential scope.</param>
    /// <exception cref="ArgumentException">The region cannot be part of a credential scope.</exception>
    public SigV4Signer(S3Endpoint endpoint, string bucket, string region)
    {
        SigningKey.RequireRegion(region);
        _endpoint = endpoint;
        _bucket = bucket;
        _region = region;
    }

    /// <summary>Returns a signer for requests with one date and one set of credentials.</summary>
    /// <param name="credentials">The credentials. The caller checks that they have not ended.</param>
    /// <param name="moment">The date of the requests. Fractions of a second are truncated.</param>
    public DatedSigner At(SigningCredentials credentials, DateTimeOffset moment)
    {
        ArgumentNullException.ThrowIfNull(credentials);

        var day = DateOnly.FromDateTime(moment.UtcDateTime);
        var key = Volatile.Read(ref _dayKey);
        if (key is null || !key.Is(credentials, day))
        {
            key = new DayKey(credentials, day, _region);
            Volatile.Write(ref _dayKey, key);
        }

        return new DatedSigner(_endpoint, _bucket, key, moment);
    }
}
