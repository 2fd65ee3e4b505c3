namespace S3Auth.Infrastructure.Storage.SigV4;

/// <summary>
/// Signs requests to one bucket for others to send: presigned GET, PUT and ListObjectsV2 URLs and POST policies, by AWS
/// Signature Version 4 ("Authenticating Requests", Amazon S3 API Reference). Needs no network. Safe to share between threads.
/// </summary>
/// <param name="endpoint">Where clients reach the bucket.</param>
/// <param name="bucket">The bucket's name, which POST policies hold.</param>
/// <param name="region">The region in the credentials' scope.</param>
public sealed class SigV4Signer(S3Endpoint endpoint, string bucket, string region)
{
    // The day's derived key, replaced whole. Threads that race at midnight or at a rotation each use the key they looked up or
    // derived; whose is kept decides only who derives it once more.
    private DayKey? _dayKey;

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
            key = new DayKey(credentials, day, region);
            Volatile.Write(ref _dayKey, key);
        }

        return new SigV4Moment(endpoint, bucket, key, moment);
    }
}
