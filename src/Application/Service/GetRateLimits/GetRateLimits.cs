namespace S3Auth.Application.Service;

/// <summary>Request for the limits and the remaining grants of today.</summary>
public sealed record GetRateLimitsQuery : IRequest<RateLimits>;

internal sealed class GetRateLimitsHandler(RateLimitReader limits) : IRequestHandler<GetRateLimitsQuery, RateLimits>
{
    public Task<RateLimits> Handle(GetRateLimitsQuery request, CancellationToken cancellationToken) => limits.ReadAsync(cancellationToken);
}
