namespace S3Auth.Application.Service;

/// <summary>
/// Determines whether the server can decide on requests and sign grants, without calling the object store. A store that does not answer
/// leaves the server ready: it computes grants without the store, and an outage must not take every instance out of service. A store that
/// refuses the server's region, keys, bucket, clock or permissions makes it not ready, because no grant would work.
/// </summary>
internal sealed class ReadinessReader(
    IMetagraph metagraph, IUrlSigner urls, IStoreState store, ServiceWarmUp warmUp, ServiceStop stop, TimeProvider time)
{
    internal Readiness Read()
    {
        var failing = new Dictionary<string, string>(StringComparer.Ordinal);

        if (stop.HasBegun)
        {
            failing[Readiness.Process] = "The process is stopping; it finishes the requests in flight.";
        }

        if (warmUp.IsRunning)
        {
            failing[Readiness.WarmUp] = "The process is warming up, for at most ten seconds.";
        }

        var chain = MetagraphHealth.Of(metagraph);
        if (metagraph.Current is null)
        {
            failing[Readiness.Metagraph] = chain.LastError ?? "There is no fresh metagraph.";
        }

        var found = store.Current;
        if (found.Refusal is { } refusal)
        {
            failing[Readiness.Store] = refusal;
        }

        try
        {
            urls.At(time.GetUtcNow());
        }
        catch (RefusedException refused)
        {
            // If the store refuses all signatures, that is the reason, which is already in the list.
            if (!found.RefusesSignatures)
            {
                failing[Readiness.Credentials] = $"{refused.Message} The operator should set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                    + "or give this machine a role.";
            }
        }

        return new Readiness(failing.Count == 0 ? "ready" : "not_ready", failing, Warnings(found, chain), chain);
    }

    private static Dictionary<string, string> Warnings(StoreFindings found, MetagraphHealth chain)
    {
        var warnings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (chain.Warnings.Count > 0)
        {
            warnings[Readiness.Metagraph] = string.Join(' ', chain.Warnings);
        }

        if (found.CheckProblem is { } check)
        {
            warnings[Readiness.Store] = check;
        }

        if (found.PublicEndpointProblem is { } endpoint)
        {
            warnings[Readiness.PublicEndpoint] = endpoint;
        }

        if (found.FormProblem is { } form)
        {
            warnings[Readiness.PostUploads] = form;
        }

        if (found.PutProblem is { } put)
        {
            warnings[Readiness.PutUploads] = put;
        }

        if (found.SessionProblem is { } session)
        {
            warnings[Readiness.Sessions] = session;
        }

        return warnings;
    }
}
