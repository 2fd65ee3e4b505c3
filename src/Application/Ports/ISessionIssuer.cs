namespace S3Auth.Application.Ports;

/// <summary>
/// Issues temporary credentials of the object store that are limited to some prefixes of the bucket. The store enforces the limits, not
/// this server.
/// </summary>
public interface ISessionIssuer
{
    /// <summary>The deployment's kind of temporary credentials.</summary>
    SessionMode Mode { get; }

    /// <summary>Whether one session can have this scope: a policy with many prefixes is longer than the store allows.</summary>
    bool CanIssue(SessionScope scope);

    /// <summary>Issues the credentials of a new session.</summary>
    /// <param name="scope">What the session gives access to.</param>
    /// <param name="duration">The duration, in whole seconds.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="Refusals.RefusedException">
    /// <c>storage_unavailable</c> or <c>storage_timeout</c>: the store issues none, or a check found that it does not enforce the scope.
    /// </exception>
    Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>
    /// Whether an earlier session may still be handed out: not if it depends on keys that this server does not use any more, or if a check
    /// has found since that the store does not enforce its scope.
    /// </summary>
    bool IsCurrent(Session session);
}

/// <summary>How a deployment issues temporary credentials.</summary>
public enum SessionMode
{
    /// <summary>It issues none.</summary>
    Off,

    /// <summary>AssumeRole of the store's Security Token Service, with a session policy.</summary>
    Sts,

    /// <summary>Credentials that this server signs for Cloudflare R2.</summary>
    R2,
}

/// <summary>What a session gives access to: as a miner, to upload and to read; as a validator, to read.</summary>
/// <param name="Hotkey">The hotkey, which names the session in the store's log.</param>
/// <param name="Role">The role of the hotkey.</param>
/// <param name="Prefixes">The prefixes of the keys, at least one. An empty one is the whole bucket.</param>
public sealed record SessionScope(AccountId Hotkey, Role Role, IReadOnlyList<string> Prefixes)
{
    /// <summary>Whether the session may upload.</summary>
    public bool MayWrite => Role == Role.Miner;

    /// <summary>Whether the other scope gives the same access to the same hotkey.</summary>
    public bool Equals(SessionScope? other) =>
        other is not null && Hotkey == other.Hotkey && Role == other.Role && Prefixes.SequenceEqual(other.Prefixes, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Hotkey, Role, Prefixes.Count);
}

/// <summary>
/// The credentials of a session. A class instead of a record, because a record prints its members, and these are secrets.
/// </summary>
/// <param name="accessKeyId">The id of the access key.</param>
/// <param name="secretAccessKey">The secret that belongs to it.</param>
/// <param name="sessionToken">The token, which must be sent with each request.</param>
/// <param name="start">When the session was issued.</param>
/// <param name="expiry">When the store stops accepting the credentials.</param>
public sealed class Session(
    string accessKeyId, string secretAccessKey, string sessionToken, DateTimeOffset start, DateTimeOffset expiry)
{
    /// <summary>The id of the access key.</summary>
    public string AccessKeyId => accessKeyId;

    /// <summary>The secret that belongs to it.</summary>
    public string SecretAccessKey => secretAccessKey;

    /// <summary>The token, which must be sent with each request.</summary>
    public string SessionToken => sessionToken;

    /// <summary>When the session was issued.</summary>
    public DateTimeOffset Start => start;

    /// <summary>When the store stops accepting the credentials.</summary>
    public DateTimeOffset Expiry => expiry;

    /// <summary>Returns the end, without a secret.</summary>
    public override string ToString() => $"Session until {expiry:O}";
}
