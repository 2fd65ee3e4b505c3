namespace S3Auth.Application.Service;

/// <summary>Request for the health of the service.</summary>
public sealed record GetHealthQuery : IRequest<Health>;

internal sealed class GetHealthHandler(HealthReader health) : IRequestHandler<GetHealthQuery, Health>
{
    public Task<Health> Handle(GetHealthQuery request, CancellationToken cancellationToken) => health.ReadAsync(cancellationToken);
}
