namespace S3Auth.Api;

/// <summary>
/// Delays a stop: after the signal, the server reports that it is not ready, but still serves requests for a while, so that load balancers
/// send new requests elsewhere. Then it stops listening, and completes the requests that it has.
/// </summary>
internal sealed class Drain(ServiceStop stop, TimeSpan duration, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>The maximum time from the signal to the end of the process.</summary>
    internal static readonly TimeSpan MaxStopTime = TimeSpan.FromSeconds(28);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        stop.Begin();
        await Task.Delay(duration, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
