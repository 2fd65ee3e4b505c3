namespace S3Auth.Application.Grants;

/// <summary>Issues grants and determines their expiry.</summary>
public sealed class GrantIssuer(IUrlSigner urls, AccessWindow window, TimeProvider time)
{
    /// <param name="requestedExpiry">The requested expiry in Unix seconds; null for the longest grant.</param>
    /// <param name="cancellationToken">Cancels the wait for credentials.</param>
    /// <exception cref="RefusedException">
    /// <c>expiry_in_past</c>: the requested expiry has passed; <c>storage_unavailable</c>: there are no signing credentials.
    /// </exception>
    public async ValueTask<Grant> IssueAsync(long? requestedExpiry, CancellationToken cancellationToken)
    {
        await urls.RefreshAsync(Now(), cancellationToken);

        var start = Now();
        if (requestedExpiry <= start.ToUnixTimeSeconds())
        {
            throw ExpiryRules.InPast(start);
        }

        return IssueAt(start, requestedExpiry);
    }

    /// <param name="duration">The requested duration, at least one second.</param>
    /// <param name="cancellationToken">Cancels the wait for credentials.</param>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>: there are no signing credentials.</exception>
    public async ValueTask<Grant> IssueForAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await urls.RefreshAsync(Now(), cancellationToken);

        var start = Now();
        return IssueAt(start, (start + duration).ToUnixTimeSeconds());
    }

    private Grant IssueAt(DateTimeOffset start, long? requestedExpiry)
    {
        var signer = urls.At(start);
        return new Grant(signer, start, window.EffectiveExpiry(requestedExpiry, start, signer.CredentialsEnd));
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
