using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>The steps that follow one step, and then the handler. A struct, so that it is not allocated.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct FollowingSteps<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    private readonly PipelineRun<TRequest, TResponse> _run;
    private readonly int _position;

    internal FollowingSteps(PipelineRun<TRequest, TResponse> run, int position) => (_run, _position) = (run, position);

    /// <summary>Runs the following steps and the handler, and returns the answer.</summary>
    public ValueTask<TResponse> RunAsync() => _run.RunAsync(_position);
}
