namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Loads the credentials at the start and renews them long before they end. If a renewal fails, keeps the current ones and tries again. The
/// start of the server waits a short time for the first credentials. Without credentials, requests that need them are refused.
/// </summary>
internal sealed partial class CredentialRefresher(
    ICredentialProvider provider, CredentialSource source, TimeProvider time, ILogger<CredentialRefresher> log) : BackgroundService
{
    /// <summary>The timeout of one attempt.</summary>
    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(40);

    /// <summary>The time to the next attempt after a failure, and the minimum time between two attempts.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>The time after which credentials without an end are loaded again, because the file of a profile may have changed.</summary>
    internal static readonly TimeSpan LastingInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The maximum time between two renewals of credentials that end soon. A request may cause one after <see cref="Retry"/>.
    /// </summary>
    internal static readonly TimeSpan MaxIntervalBeforeEnd = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The maximum time between two renewals of temporary credentials. Grants end with them, so renewing early is worth it.
    /// </summary>
    internal static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(15);

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
            renewal.Start();
            var next = await RefreshAsync(stoppingToken);

            // Plans the next one before this one ends, so that a request that waited for this one does not find it again.
            var (ended, planned) = (renewal, Plan(source.EndsSoon(time.GetUtcNow()) ? Retry : next));
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
            // WaitAsync, because some providers of the SDK ignore the token.
            var loaded = await provider.LoadAsync(either.Token).WaitAsync(either.Token);
            if (source.Current is not { } current || !loaded.IsSameAs(current))
            {
                source.Replace(loaded);
                LogRenewed(loaded);
                if (loaded.EndIsUnknown)
                {
                    LogUnknownEnd(SigningCredentials.MinLifetime.TotalMinutes);
                }
            }

            return loaded.Ends is { } ends ? NextOf(ends - time.GetUtcNow()) : LastingInterval;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogDetails(exception);
            if (source.Current is { } current)
            {
                LogNotRenewed(current);
            }
            else
            {
                LogNone();
            }

            return Retry;
        }
    }

    private static TimeSpan NextOf(TimeSpan left)
    {
        var (half, longest) = (left / 2, left < CredentialSource.ShortLifetime ? MaxIntervalBeforeEnd : MaxInterval);
        return half < Retry ? Retry : half > longest ? longest : half;
    }

    [LoggerMessage(LogLevel.Information, "Signing with the object store's credentials {Credentials}.")]
    private partial void LogRenewed(SigningCredentials credentials);

    [LoggerMessage(
        LogLevel.Warning,
        "The end of the object store's session token is unknown: grants last {Minutes} minutes, and may end sooner. "
            + "Set AWS_CREDENTIAL_EXPIRATION (ISO 8601) beside AWS_SESSION_TOKEN.")]
    private partial void LogUnknownEnd(double minutes);

    // The SDK's message has a line for every place where it looked, and a stack trace.
    [LoggerMessage(
        LogLevel.Warning,
        "There are no credentials for the object store, so the server refuses signed requests. Set AWS_ACCESS_KEY_ID and "
            + "AWS_SECRET_ACCESS_KEY, or give this machine a role: docs/credentials.md lists all places. LOG_LEVEL=Debug shows why each "
            + "of them failed.")]
    private partial void LogNone();

    [LoggerMessage(
        LogLevel.Warning,
        "Could not renew the object store's credentials. Current credentials: {Current}. LOG_LEVEL=Debug shows the reason.")]
    private partial void LogNotRenewed(SigningCredentials current);

    [LoggerMessage(LogLevel.Debug, "Loading credentials failed")]
    private partial void LogDetails(Exception exception);
}
