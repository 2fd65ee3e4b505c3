namespace S3Auth.S3;

/// <summary>
/// Signs requests to one bucket for others to send: presigned GET, PUT and ListObjectsV2 URLs and POST policies, by AWS
/// Signature Version 4 ("Authenticating Requests", Amazon S3 API Reference). Needs no network. Safe to share between threads.
/// </summary>
public sealed class SigV4Signer
{
    private readonly S3Endpoint _endpoint;
    private readonly string _bucket;
    private readonly string _region;

    // The day's derived key, replaced whole. Threads that race at midnight or at a rotation each use the key they looked up or
    // derived; whose is kept decides only who derives it once more.
    private DayKey? _dayKey;

    /// <param name="endpoint">Where clients reach the bucket.</param>
    /// <param name="bucket">The bucket's name, which POST policies hold.</param>
    /// <param name="region">The region in the credentials' scope.</param>
    /// <exception cref="ArgumentException">The region cannot stand in a credential's scope.</exception>
    public SigV4Signer(S3Endpoint endpoint, string bucket, string region)
    {
        SigningKey.RequireRegion(region);
        _endpoint = endpoint;
        _bucket = bucket;
        _region = region;
    }

    /// <summary>A signer of requests that are all dated one moment and signed with one set of credentials.</summary>
    /// <param name="credentials">What signs. Whether they have ended is the caller's question.</param>
    /// <param name="moment">The requests' date; fractions of a second are cut off.</param>
    public SigV4Moment At(SigningCredentials credentials, DateTimeOffset moment)
    {
        ArgumentNullException.ThrowIfNull(credentials);

        var day = DateOnly.FromDateTime(moment.UtcDateTime);
        var key = Volatile.Read(ref _dayKey);
        if (key is null || !key.Is(credentials, day))
        {
            key = new DayKey(credentials, day, _region);
            Volatile.Write(ref _dayKey, key);
        }

        return new SigV4Moment(_endpoint, _bucket, key, moment);
    }
}
