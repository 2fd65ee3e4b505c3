namespace S3Auth.Application.Service;

/// <summary>Request of a load balancer: should this instance get requests?</summary>
public sealed record GetReadinessQuery : IRequest<Readiness>;

/// <summary>
/// Ready means that the server can decide on requests and sign grants. The handler does not call the object store. A store that does not
/// answer leaves the server ready: grants are computed without it, and an outage must not take every instance out of service. A store that
/// refuses the server's region, keys, bucket, clock or permissions makes it not ready, because no grant would work.
/// </summary>
internal sealed class GetReadinessHandler(IMetagraph metagraph, IUrlSigner urls, IStoreState store, ServiceStop stop, TimeProvider time)
    : IRequestHandler<GetReadinessQuery, Readiness>
{
    public Task<Readiness> Handle(GetReadinessQuery request, CancellationToken cancellationToken)
    {
        var failing = new Dictionary<string, string>(StringComparer.Ordinal);

        if (stop.HasBegun)
        {
            failing[Readiness.Process] = "It was told to stop and ends what it has begun.";
        }

        var chain = MetagraphHealth.Of(metagraph);
        if (metagraph.Current is null)
        {
            failing[Readiness.Metagraph] = chain.LastError ?? "There is no metagraph that is fresh enough to decide on.";
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
            // If the store refuses all signatures, that is the reason, and the answer has it already.
            if (!found.RefusesSignatures)
            {
                failing[Readiness.Credentials] = refused.Message;
            }
        }

        return Task.FromResult(new Readiness(failing.Count == 0 ? "ready" : "not_ready", failing, Warnings(found), chain));
    }

    private static Dictionary<string, string> Warnings(StoreFindings found)
    {
        var warnings = new Dictionary<string, string>(StringComparer.Ordinal);
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

        return warnings;
    }
}
