namespace S3Auth.Application.Service;

/// <summary>Request of a load balancer, which asks whether this instance should get requests.</summary>
public sealed record GetReadinessQuery : IRequest<Readiness>;

internal sealed class GetReadinessHandler(ReadinessReader readiness) : IRequestHandler<GetReadinessQuery, Readiness>
{
    public Task<Readiness> Handle(GetReadinessQuery request, CancellationToken cancellationToken) => Task.FromResult(readiness.Read());
}
