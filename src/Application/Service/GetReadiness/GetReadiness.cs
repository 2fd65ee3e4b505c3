using MediatR;
using S3Auth.Application.Ports;
using S3Auth.Application.Refusals;

namespace S3Auth.Application.Service.GetReadiness;

/// <summary>A load balancer asks whether to send requests here.</summary>
public sealed record GetReadinessQuery : IRequest<Readiness>;

/// <summary>
/// Ready means: requests can be decided on and signed. The object store is not asked: a grant is computed without it, and
/// when it is away for one instance it is away for all, which must not take every one of them out of service.
/// </summary>
internal sealed class GetReadinessHandler(IMetagraph metagraph, IUrlSigner urls, ServiceStop stop, TimeProvider time)
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

        try
        {
            urls.At(time.GetUtcNow());
        }
        catch (RefusedException refused)
        {
            failing[Readiness.Credentials] = refused.Message;
        }

        return Task.FromResult(new Readiness(failing.Count == 0 ? "ready" : "not_ready", failing, chain));
    }
}
