namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>A source of sessions whose answers a test sets.</summary>
internal sealed class ScriptedSessions : ISessionSource
{
    internal const string SessionKey = "ASIASESSION";

    public SessionMode Mode => SessionMode.Sts;

    /// <summary>Called for each session; throws to refuse it.</summary>
    internal Action<TimeSpan> OnIssue { get; set; } = _ => { };

    internal bool? Unlimited { get; set; } = false;

    internal bool Fits { get; set; } = true;

    internal string CurrentKey { get; set; } = SessionKey;

    /// <summary>The sessions that were asked for.</summary>
    internal ConcurrentQueue<(SessionRequest Request, TimeSpan Duration)> Issued { get; } = new();

    internal static SessionSourceException Failure(SessionSourceException.Kind kind) => new(kind, "the STS says no.", "Do this.");

    public bool CanIssue(SessionRequest request) => Fits;

    public Task<Session> IssueAsync(
        SigningCredentials keys, SessionRequest request, TimeSpan duration, CancellationToken cancellationToken)
    {
        Issued.Enqueue((request, duration));
        OnIssue(duration);
        var now = TimeProvider.System.GetUtcNow();
        return Task.FromResult(new Session(SessionKey, "session-secret", "session-token", now, now + duration));
    }

    public Task<bool?> IssuesUnlimitedAsync(SigningCredentials session, CancellationToken cancellationToken) =>
        Task.FromResult(session.SessionToken == "session-token" ? Unlimited : throw new InvalidOperationException("Not a session."));

    public bool IsCurrent(Session session, SigningCredentials? keys) => session.AccessKeyId == CurrentKey;
}
