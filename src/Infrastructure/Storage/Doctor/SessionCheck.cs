namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Checks whether the store issues sessions and enforces their limits. Runs only if SESSION_CREDENTIALS is set. In a running server it
/// reports what <see cref="SessionMonitor"/> has found, because each test takes about 40 requests and two sessions.
/// </summary>
internal sealed class SessionCheck(SessionProbe probe, SessionGuard guard) : IStoreCheck
{
    public string Name => "sessions";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var found = guard.Finding is { Enforced: not null } known ? known : await exam.AskSessionsAsync(probe, cancellationToken);
        exam.Capabilities = exam.Capabilities with { SessionPolicies = found.Enforced };
        return found switch
        {
            { Enforced: true, Problem: { } problem } => new StoreCheck(Name, StoreCheckResult.Warn, problem),
            { Enforced: true, IsComplete: false } => new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                "The store enforces the limits of temporary credentials. Reading other files was not tried, because the bucket has none."),
            { Enforced: true } => new StoreCheck(Name, StoreCheckResult.Ok, "The store enforces the limits of temporary credentials."),
            { IsTransient: true } => new StoreCheck(Name, StoreCheckResult.Warn, found.Problem!, "Run the doctor again."),
            _ => new StoreCheck(Name, StoreCheckResult.Fail, found.Problem!, "See docs/sessions.md."),
        };
    }
}
