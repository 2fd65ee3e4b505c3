namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Finds out what the server needs to sign grants: whether the store accepts this server's signatures, at the server's endpoint and at the
/// endpoint of clients, whether it supports upload forms, and what a presigned PUT of an object or a part lets its holder do.
/// </summary>
internal sealed partial class StoreSurveyor(
    StorageOptions options, StoreEndpoints endpoints, FolderLayout layout, TimeProvider time, ILogger<StoreSurveyor> log)
{
    private readonly AccessProbe _access = new(options, layout, time);
    private readonly FormProbe _forms = new(layout, time);
    private readonly PutProbe _puts = new(options, layout, time);

    /// <summary>
    /// Asks once. If the store has never worked by the current route, but works by the alternative one, uses that from now on.
    /// </summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="credentials">The credentials to sign with.</param>
    /// <param name="cancellationToken">Cancels the survey.</param>
    internal async Task<StoreSurvey> SurveyAsync(ProbeClient http, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var (route, service, atClients) = await AskByRouteAsync(http, credentials, cancellationToken);
        var forms = await AskFormsAsync(http, route, service, atClients ?? service, credentials, cancellationToken);
        var puts = await AskPutsAsync(http, route, atClients ?? service, credentials, cancellationToken);

        // If the test of PUTs had no answer, that of parts would have none either.
        var parts = puts.IsTransient
            ? PutFinding.NotAsked
            : await AskOrAsync(() => _puts.AskPartsAsync(http, route, credentials, cancellationToken), route, cancellationToken);
        return new StoreSurvey(service, atClients, forms, puts, parts);
    }

    private async Task<(StoreRoute Route, StoreAccess Service, StoreAccess? Clients)> AskByRouteAsync(
        ProbeClient http, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var current = await AskAsync(endpoints.Current);
        if (current.Service.Result == StoreAccess.Outcome.Works)
        {
            endpoints.Keep(current.Route);
            return current;
        }

        if (!current.Service.HasAnswer || endpoints.Alternative is not { } alternative)
        {
            return current;
        }

        // Clients that reach the store by the current route must reach it by the alternative one too.
        var other = await AskAsync(alternative);
        if (other.Service.Result != StoreAccess.Outcome.Works
            || (current.Clients?.Result == StoreAccess.Outcome.Works && other.Clients?.Result != StoreAccess.Outcome.Works))
        {
            return current;
        }

        endpoints.Keep(alternative);
        return other;

        async Task<(StoreRoute Route, StoreAccess Service, StoreAccess? Clients)> AskAsync(StoreRoute route) => (
            route,
            await _access.AskAsync(http, route.ServiceSigner, credentials, cancellationToken),
            route.HasPublicEndpoint ? await _access.AskAsync(http, route.ClientSigner, credentials, cancellationToken) : null);
    }

    private async Task<FormFinding> AskFormsAsync(
        ProbeClient http,
        StoreRoute route,
        StoreAccess service,
        StoreAccess atClients,
        SigningCredentials credentials,
        CancellationToken cancellationToken)
    {
        // If the endpoint of clients does not answer, tests forms at the server's endpoint: a proxy rarely changes the result.
        var toClients = atClients.Result != StoreAccess.Outcome.NoAnswer;
        if ((toClients ? atClients : service).Result != StoreAccess.Outcome.Works)
        {
            return FormFinding.NoAnswer;
        }

        try
        {
            return await _forms.AskAsync(http, route, toClients, credentials, cancellationToken);
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
        {
            LogNoAnswer(failure);
            return FormFinding.NoAnswer;
        }
    }

    // Tests only the endpoint of clients, because a proxy in front of the store changes the result.
    private async Task<PutFinding> AskPutsAsync(
        ProbeClient http,
        StoreRoute route,
        StoreAccess atClients,
        SigningCredentials credentials,
        CancellationToken cancellationToken)
    {
        switch (atClients.Result)
        {
            case StoreAccess.Outcome.NoAnswer:
                return NoAnswerAt(route);
            case StoreAccess.Outcome.Refused:
                return PutFinding.NoAnswer(
                    "The object store does not accept what this server signs, so the server cannot find out whether uploads by PUT are "
                        + "safe, and grants none.");
        }

        return await AskOrAsync(() => _puts.AskAsync(http, route.ClientSigner, credentials, cancellationToken), route, cancellationToken);
    }

    private async Task<PutFinding> AskOrAsync(Func<Task<PutFinding>> ask, StoreRoute route, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
        {
            LogNoAnswer(failure);
            return NoAnswerAt(route);
        }
    }

    private static bool IsNoAnswer(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested;

    private static PutFinding NoAnswerAt(StoreRoute route) => PutFinding.NoAnswer(route.HasPublicEndpoint
        ? $"The object store does not answer at {route.Clients.Origin}, where clients are sent, so the server cannot test whether uploads "
            + "by PUT are safe, and grants none. Set S3_PUBLIC_ENDPOINT to the address that clients use, and let this server reach it."
        : "The object store does not answer the test whether uploads by PUT are safe. The server grants none until it answers.");

    [LoggerMessage(LogLevel.Debug, "The object store does not answer a check.")]
    private partial void LogNoAnswer(Exception failure);
}
