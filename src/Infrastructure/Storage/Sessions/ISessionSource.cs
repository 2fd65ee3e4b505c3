namespace S3Auth.Infrastructure.Storage;

/// <summary>Issues sessions. Does not ask whether the store enforces their limits: <see cref="SessionIssuer"/> does.</summary>
internal interface ISessionSource
{
    /// <summary>The kind of sessions.</summary>
    SessionMode Mode { get; }

    /// <summary>Whether one session can have these prefixes.</summary>
    bool CanIssue(SessionRequest request);

    /// <summary>Issues the credentials of a session.</summary>
    /// <param name="keys">This server's keys.</param>
    /// <param name="request">What the session gives access to.</param>
    /// <param name="duration">The duration, in whole seconds.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SessionSourceException">There is no session.</exception>
    Task<Session> IssueAsync(SigningCredentials keys, SessionRequest request, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>
    /// Whether the holder of a session gets another one without its limits from the same source; null if there is no clear answer.
    /// </summary>
    Task<bool?> IssuesUnlimitedAsync(SigningCredentials session, CancellationToken cancellationToken);

    /// <summary>Whether an earlier session still works although this server has these keys now.</summary>
    bool IsCurrent(Session session, SigningCredentials? keys);
}

/// <summary>A session to issue.</summary>
/// <param name="Name">The name in the store's log and policies: 2 to 64 ASCII letters, digits and hyphens.</param>
/// <param name="Prefixes">The prefixes of the keys, at least one.</param>
/// <param name="MayWrite">Whether the session may upload, too.</param>
internal sealed record SessionRequest(string Name, IReadOnlyList<string> Prefixes, bool MayWrite)
{
    internal static SessionRequest Of(SessionScope scope) => new(scope.Hotkey.ToString(), scope.Prefixes, scope.MayWrite);
}
