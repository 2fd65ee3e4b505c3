namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Issues sessions while the store enforces their policies, and turns failures into refusals. What the STS answers is in the log, because
/// only the operator can do something about it.
/// </summary>
internal sealed partial class SessionIssuer(
    ISessionSource source, SessionGuard guard, CredentialSource credentials, ILogger<SessionIssuer> log) : ISessionIssuer
{
    public SessionMode Mode => source.Mode;

    public bool CanIssue(SessionScope scope) => source.CanIssue(SessionRequest.Of(scope));

    public async Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken)
    {
        guard.RequireEnforced();
        var keys = credentials.Current ?? throw RefusedException.StorageUnavailable();
        try
        {
            return await source.IssueAsync(keys, SessionRequest.Of(scope), duration, cancellationToken);
        }
        catch (SessionSourceException failure)
        {
            LogFailed(failure.Message);
            throw Refuse(failure, scope);
        }
    }

    public bool IsCurrent(Session session) => guard.IsEnforced && source.IsCurrent(session, credentials.Current);

    private RefusedException Refuse(SessionSourceException failure, SessionScope scope)
    {
        switch (failure.Reason)
        {
            case SessionSourceException.Kind.PolicyTooLong when scope.Prefixes.Count > 1:
                return RefusedException.TooManySources(failure);
            case SessionSourceException.Kind.Refused or SessionSourceException.Kind.PolicyTooLong:
                guard.CheckSoon();
                return RefusedException.StorageRefuses(failure);
            case SessionSourceException.Kind.Timeout:
                return RefusedException.StorageTimeout(failure);
            default:
                return RefusedException.StorageUnavailable(failure);
        }
    }

    [LoggerMessage(LogLevel.Warning, "No temporary credentials were issued: {Reason}")]
    private partial void LogFailed(string reason);
}
