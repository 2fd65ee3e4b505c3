namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-session-credentials</c>, as a client reads it.</summary>
internal sealed record SessionGrant(
    string AccessKeyId,
    string SecretAccessKey,
    string SessionToken,
    DateTimeOffset Expiration,
    string Endpoint,
    string Region,
    string Bucket,
    string Addressing,
    IReadOnlyList<string> Prefixes,
    IReadOnlyList<string> Actions,
    IReadOnlyList<string> NotEnforced)
{
    /// <summary>The credentials.</summary>
    public TemporaryKeys Keys => new(new AccessKeys(AccessKeyId, SecretAccessKey), SessionToken, Expiration);
}
