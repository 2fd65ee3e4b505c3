namespace S3Auth.Application.Grants;

/// <summary>The grant of one request: a signer, and the expiry of everything that it signs.</summary>
/// <param name="Signer">Signs with one set of credentials, dated <paramref name="Start"/>.</param>
/// <param name="Start">The start of the grant, in whole seconds.</param>
/// <param name="Expiry">The effective expiry, in whole seconds.</param>
public sealed record Grant(IGrantSigner Signer, DateTimeOffset Start, DateTimeOffset Expiry)
{
    /// <summary>The duration in seconds; at least 1.</summary>
    public long Seconds => Expiry.ToUnixTimeSeconds() - Start.ToUnixTimeSeconds();
}
