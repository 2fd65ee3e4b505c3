namespace S3Auth.Application.Sessions;

/// <summary>
/// Seventh step, for requests for temporary credentials only: answers with the session that the caller got before for the same scope and
/// duration, if more than half of its life is left. Such an answer costs nothing, so a tool may ask as often as it likes. It comes after
/// the replay check, because the answer contains a secret.
/// </summary>
internal sealed class ReuseSession(CallersSessions callers, SessionCache cache, SessionRules rules, PipelineMetrics metrics)
    : IPipelineStep<GetSessionCredentialsCommand, SessionCredentials>
{
    public async ValueTask<SessionCredentials> HandleAsync(
        GetSessionCredentialsCommand request,
        Caller caller,
        FollowingSteps<GetSessionCredentialsCommand, SessionCredentials> next,
        CancellationToken cancellationToken)
    {
        var scope = callers.ScopeOf(request);
        var reused = cache.Find(scope, rules.DurationOf(request.DurationSeconds));
        var answer = reused is null ? await next.RunAsync() : callers.Describe(scope, reused, isReused: true);
        metrics.SessionGranted(answer.IsReused);
        return answer;
    }
}
