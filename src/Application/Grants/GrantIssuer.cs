using S3Auth.Application.Ports;
using S3Auth.Application.Refusals;
using S3Auth.Domain;

namespace S3Auth.Application.Grants;

/// <summary>Opens grants: the one place that decides how long one lasts.</summary>
public sealed class GrantIssuer(IUrlSigner urls, AccessWindow window, TimeProvider time)
{
    /// <param name="requestedExpiry">When the caller wants it to end, in Unix seconds; null for as long as possible.</param>
    /// <exception cref="RefusedException">
    /// <c>expiry_in_past</c>: not even a second of it is left; <c>storage_unavailable</c>: there are no credentials to sign with.
    /// </exception>
    public Grant Open(long? requestedExpiry)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        if (requestedExpiry <= start.ToUnixTimeSeconds())
        {
            throw ExpiryRules.InPast(start);
        }

        var signer = urls.At(start);
        return new Grant(signer, start, window.EffectiveExpiry(requestedExpiry, start, signer.CredentialsEnd));
    }
}
