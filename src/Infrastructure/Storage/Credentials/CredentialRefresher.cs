namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Loads the credentials at the start and renews them long before they end. While that fails the last ones stay in force, and
/// it tries again. The start waits a little for the first ones and goes on without them: what needs them is refused until they
/// are there.
/// </summary>
internal sealed partial class CredentialRefresher(
    ICredentialProvider provider, CredentialSource source, TimeProvider time, ILogger<CredentialRefresher> log) : BackgroundService
{
    /// <summary>How long one attempt may take.</summary>
    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(40);

    /// <summary>When it tries again after a failure, and the least between two attempts.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>When credentials without an end are looked at again: a profile's file may have changed.</summary>
    internal static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);

    /// <summary>The longest between two renewals of credentials that end soon; a request asks sooner, after <see cref="Retry"/>.</summary>
    internal static readonly TimeSpan LongestBeforeTheEnd = TimeSpan.FromMinutes(1);

    /// <summary>The longest between two renewals of temporary credentials: grants end with them, so young ones are worth a call.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly FirstAttempt _firstAttempt = new(time);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await _firstAttempt.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var renewal = Plan(TimeSpan.Zero);
        while (!stoppingToken.IsCancellationRequested)
        {
            renewal.Begin();
            var next = await RefreshAsync(stoppingToken);

            // Planned before this one ends: who waited for it and looks again must not find it.
            var (ended, planned) = (renewal, Plan(source.HasLittleLeft(time.GetUtcNow()) ? Retry : next));
            ended.End();
            _firstAttempt.End();
            await planned.UntilDueAsync(next, stoppingToken);
            renewal = planned;
        }
    }

    private PlannedRenewal Plan(TimeSpan delay)
    {
        var planned = new PlannedRenewal(time.GetUtcNow() + delay, time);
        source.Plan(planned);
        return planned;
    }

    private async Task<TimeSpan> RefreshAsync(CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        try
        {
            // The SDK begins some of its work on the calling thread; the timeout holds whatever it does.
            var loaded = await provider.LoadAsync(either.Token).WaitAsync(either.Token);
            if (source.Current is not { } current || !loaded.IsSameAs(current))
            {
                source.Replace(loaded);
                LogRenewed(loaded);
                if (loaded.EndIsUnknown)
                {
                    LogUnknownEnd(SigningCredentials.LeastLife.TotalMinutes);
                }
            }

            return loaded.Ends is { } ends ? NextOf(ends - time.GetUtcNow()) : Lasting;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(exception, source.Current);
            return Retry;
        }
    }

    private static TimeSpan NextOf(TimeSpan left)
    {
        var (half, longest) = (left / 2, left < CredentialSource.LittleLeft ? LongestBeforeTheEnd : Longest);
        return half < Retry ? Retry : half > longest ? longest : half;
    }

    [LoggerMessage(LogLevel.Information, "Signing with the object store's credentials {Credentials}.")]
    private partial void LogRenewed(SigningCredentials credentials);

    [LoggerMessage(LogLevel.Warning, "The object store's session token does not say when it ends: grants last {Minutes} minutes, and may end sooner. Set AWS_CREDENTIAL_EXPIRATION (ISO 8601) beside AWS_SESSION_TOKEN.")]
    private partial void LogUnknownEnd(double minutes);

    [LoggerMessage(LogLevel.Warning, "The object store's credentials could not be renewed; in force: {Current}.")]
    private partial void LogFailed(Exception exception, SigningCredentials? current);
}
