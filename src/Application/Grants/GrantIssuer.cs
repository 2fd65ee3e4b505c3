namespace S3Auth.Application.Grants;

/// <summary>Opens grants: the one place that decides how long one lasts.</summary>
public sealed class GrantIssuer(IUrlSigner urls, AccessWindow window, TimeProvider time)
{
    /// <param name="requestedExpiry">When the caller wants it to end, in Unix seconds; null for as long as possible.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    /// <exception cref="RefusedException">
    /// <c>expiry_in_past</c>: not even a second of it is left; <c>storage_unavailable</c>: there are no credentials to sign with.
    /// </exception>
    public async ValueTask<Grant> OpenAsync(long? requestedExpiry, CancellationToken cancellationToken)
    {
        await urls.RefreshAsync(Now(), cancellationToken);

        var start = Now();
        if (requestedExpiry <= start.ToUnixTimeSeconds())
        {
            throw ExpiryRules.InPast(start);
        }

        return OpenAt(start, requestedExpiry);
    }

    /// <param name="duration">How long the caller wants it to last, at least a second.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>: there are no credentials to sign with.</exception>
    public async ValueTask<Grant> OpenForAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await urls.RefreshAsync(Now(), cancellationToken);

        var start = Now();
        return OpenAt(start, (start + duration).ToUnixTimeSeconds());
    }

    private Grant OpenAt(DateTimeOffset start, long? requestedExpiry)
    {
        var signer = urls.At(start);
        return new Grant(signer, start, window.EffectiveExpiry(requestedExpiry, start, signer.CredentialsEnd));
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
