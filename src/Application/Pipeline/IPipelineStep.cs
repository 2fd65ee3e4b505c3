namespace S3Auth.Application.Pipeline;

/// <summary>
/// One step of the <see cref="SecurityModel"/>. A step keeps nothing of a request, so all requests share it. What it finds out is in the
/// caller.
/// </summary>
public interface IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    /// <summary>Refuses the request, answers it, or passes it to the following steps.</summary>
    /// <exception cref="RefusedException">The request is refused.</exception>
    ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken);
}
