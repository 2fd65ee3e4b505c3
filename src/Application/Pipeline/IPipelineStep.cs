namespace S3Auth.Application.Pipeline;

/// <summary>
/// One step of the <see cref="SecurityModel"/>. A step has no state of a request. It records its results in the <see cref="Caller"/>.
/// </summary>
public interface IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    /// <summary>Refuses the request, answers it, or passes it to the following steps.</summary>
    /// <exception cref="RefusedException">The request is refused.</exception>
    ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken);
}
