namespace S3Auth.Application.Grants;

/// <summary>What one request is given: a signer and the moment at which all it signs ends.</summary>
/// <param name="Signer">Signs with one set of credentials, dated <paramref name="Start"/>.</param>
/// <param name="Start">When the grant begins, in whole seconds.</param>
/// <param name="Expiry">When it really ends, in whole seconds.</param>
public sealed record Grant(IGrantSigner Signer, DateTimeOffset Start, DateTimeOffset Expiry)
{
    /// <summary>How long it lasts, in seconds; at least 1.</summary>
    public long Seconds => Expiry.ToUnixTimeSeconds() - Start.ToUnixTimeSeconds();
}
