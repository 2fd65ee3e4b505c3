namespace S3Auth.Infrastructure.Storage;

/// <summary>Issues no sessions, for a deployment without temporary credentials.</summary>
internal sealed class NoSessions : ISessionIssuer
{
    public SessionMode Mode => SessionMode.Off;

    public bool CanIssue(SessionScope scope) => false;

    public Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This deployment issues no temporary credentials.");

    public bool IsCurrent(Session session) => false;
}
