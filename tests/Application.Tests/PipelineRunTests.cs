using MediatR;

namespace S3Auth.Application.Tests;

/// <summary>The order of steps and handler within one run.</summary>
public sealed class PipelineRunTests
{
    private readonly List<string> _events = [];

    [SetUp]
    public void SetUp() => _events.Clear();

    [Test]
    public async Task Steps_run_in_order_and_then_the_handler()
    {
        var answer = await RunAsync(new Step("first", _events), new Step("second", _events));

        Assert.That(answer, Is.EqualTo("answer"));
        Assert.That(_events, Is.EqualTo(new[] { "first", "second", "handler" }));
    }

    [Test]
    public void Refusing_step_runs_again_when_an_earlier_step_retries()
    {
        Assert.ThrowsAsync<RefusedException>(
            () => RunAsync(new Step("first", _events) { IsRepeating = true }, new Step("second", _events) { IsRefusing = true }));

        Assert.That(_events, Is.EqualTo(new[] { "first", "second", "second" }));
    }

    private Task<string> RunAsync(params Step[] steps) => new PipelineRun<Request, string>(steps, Subnet.NewCaller())
        .Handle(new Request(), CancellationToken.None, () =>
        {
            _events.Add("handler");
            return Task.FromResult("answer");
        });

    private sealed record Request : IRequest<string>;

    private sealed class Step(string name, List<string> events) : IPipelineStep<Request, string>
    {
        internal bool IsRepeating { get; init; }

        internal bool IsRefusing { get; init; }

        public async ValueTask<string> HandleAsync(
            Request request, Caller caller, FollowingSteps<Request, string> next, CancellationToken cancellationToken)
        {
            events.Add(name);
            if (IsRefusing)
            {
                throw RefusedException.StorageUnavailable();
            }

            try
            {
                return await next.RunAsync();
            }
            catch (RefusedException) when (IsRepeating)
            {
                return await next.RunAsync();
            }
        }
    }
}
