namespace S3Auth.Application.Pipeline;

/// <summary>
/// Runs the steps of a request in the order of their registration, and then its handler; one per request. It is the only MediatR behaviour.
/// If each step were a behaviour, MediatR would create a behaviour, a closure and a delegate for each step of each request.
/// </summary>
public sealed class PipelineRun<TRequest, TResponse>(IEnumerable<IPipelineStep<TRequest, TResponse>> steps, Caller caller)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    private readonly IReadOnlyList<IPipelineStep<TRequest, TResponse>> _steps =
        steps as IReadOnlyList<IPipelineStep<TRequest, TResponse>> ?? [.. steps];

    private TRequest _request = default!;
    private RequestHandlerDelegate<TResponse> _handler = null!;
    private CancellationToken _cancellationToken;

    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        (_request, _handler, _cancellationToken) = (request, next, cancellationToken);
        return RunAsync(0).AsTask();
    }

    /// <summary>Runs the steps from this position on.</summary>
    internal ValueTask<TResponse> RunAsync(int position) => position == _steps.Count
        ? new ValueTask<TResponse>(_handler())
        : _steps[position].HandleAsync(_request, caller, new FollowingSteps<TRequest, TResponse>(this, position + 1), _cancellationToken);
}
