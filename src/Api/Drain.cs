namespace S3Auth.Api;

/// <summary>
/// When the process is told to stop: says that it is not ready and goes on for a while, so that load balancers look elsewhere and clients
/// close their connections. Only then the server stops listening, and ends what it has begun.
/// </summary>
internal sealed class Drain(ServiceStop stop, TimeSpan duration, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>How long a stop may take in all.</summary>
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
